import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What every comparison of `npm run oracle` is given. */
export interface Run {
  /** Part of the names of the projects that are compared; empty for all. */
  readonly only: string;
  /** An empty directory. */
  readonly scratch: string;
  readonly circumstances: () => Circumstances;
  /** Prints a report, and puts it into the page if that is wanted. */
  readonly write: (part: Part, report: string) => void;
}

interface Circumstances {
  /** `2026-11-29` */
  readonly day: string;
  readonly uv: string;
  readonly node: string;
  readonly seconds: number;
}

/** The reports in docs/correctness.md, by the words in their marks. */
const parts = { locks: '`npm run oracle`', trees: '`npm run oracle -- --trees`' } as const;
export type Part = keyof typeof parts;

/** Replaces one report in docs/correctness.md. */
export function writeReport(part: Part, report: string): void {
  const file = join(import.meta.dirname, '../docs/correctness.md');
  const [begin, end] = [`<!-- Begin of what ${parts[part]} writes. -->`, '<!-- End of what is written. -->'];
  const [before, rest = ''] = readFileSync(file, 'utf8').split(begin);
  const at = rest.indexOf(end);
  if (before === undefined || at < 0) throw new Error('docs/correctness.md has lost its marks');
  writeFileSync(file, `${before}${begin}\n\n${report}\n${rest.slice(at)}`);
}
