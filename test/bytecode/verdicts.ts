import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { interpreterDirectory } from './interpreters.ts';
import type { NativePython } from './natives.ts';
import { perform } from './run.ts';

/** Of one file, see `compare.py`. */
export type Verdict = readonly [name: string, verdict: string];

/** A file that another patch release compiles otherwise. */
export interface AllowedDifference {
  readonly minor: string;
  /** Of paths in the image: a regular expression. */
  readonly path: string;
  readonly reason: string;
}

const program = join(import.meta.dirname, 'compare.py');

/** Compares .pyc files with what a native CPython compiles from the same sources. Both are names of packs. */
export async function compareWithNative(python: NativePython, sources: string, pycs: string): Promise<Verdict[]> {
  const inside = (name: string) => join(python.work, name);
  for (const ending of ['.json', '.bin']) {
    copyFileSync(sources + ending, inside(`sources${ending}`));
    copyFileSync(pycs + ending, inside(`pycs${ending}`));
  }
  copyFileSync(program, inside('compare.py'));
  const { status, stderr } = await python.run(['compare.py', 'sources', 'pycs', 'result'].map(inside));
  if (status !== 0) throw new Error(`compare.py ended with ${status}\n${stderr}`);
  return JSON.parse(readFileSync(inside('result'), 'utf8')) as Verdict[];
}

/** The same with the interpreter's own compilation, without stored memory, and with nothing done to its marshal data. */
export async function compareWithItself(minor: string, sources: string, pycs: string): Promise<Verdict[]> {
  const result = `${pycs}-verdicts`;
  await perform({ task: 'compare', minor, directory: await interpreterDirectory(minor), seed: '1', sources, pycs, result });
  return JSON.parse(readFileSync(result, 'utf8')) as Verdict[];
}

/** How many files had which verdict, in one line. */
export function summaryOf(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const [, verdict] of verdicts) {
    const kind = isFine(verdict) ? verdict : 'different code';
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ');
}

function isFine(verdict: string): boolean {
  return verdict === 'equal' || verdict === 'none' || verdict.startsWith('tables: ');
}

/** Verdicts that no row of the table explains, and rows that explain none. */
export function unexplained(verdicts: readonly Verdict[], rows: readonly AllowedDifference[]): string[] {
  const used = new Set<AllowedDifference>();
  const open = verdicts.filter(([name, verdict]) => {
    const row = rows.find(({ path }) => new RegExp(`^${path}$`).test(name));
    if (!isFine(verdict) && row !== undefined) used.add(row);
    return !isFine(verdict) && row === undefined;
  });
  return [
    ...open.map(([name, verdict]) => `${name}: ${verdict}`),
    ...rows.filter((row) => !used.has(row)).map(({ path }) => `unused row: ${path}`),
  ];
}
