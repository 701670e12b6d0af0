import type { FaultRow } from '../test/faults/row.ts';
import { faultTable } from '../test/faults/table.ts';
import { quirks } from '../test/registry/quirks.ts';

const [begin, end] = ['<!-- Begin of what `npm run docs` makes from the tests. -->', '<!-- End of what is made. -->'];

/** docs/reliability.md with its tables made anew from the rows that the tests play. */
export function reliabilityPage(page: string): string {
  const [before, rest] = page.split(begin);
  const after = rest?.split(end)[1];
  if (before === undefined || after === undefined) throw new Error('docs/reliability.md has lost its marks');
  return `${before}${begin}\n\n${tables()}\n${end}${after}`;
}

function tables(): string {
  const groups = Object.entries(faultTable).filter(([, rows]) => !rows.some(isOfRegistry));
  return [
    ...groups.map(
      ([name, rows]) => `### ${name}\n\n| what goes wrong | what happens | how it ends |\n|---|---|---|\n${rows.map(line).join('\n')}\n`,
    ),
    registryTable(),
  ].join('\n');
}

function isOfRegistry({ fault }: FaultRow): boolean {
  return Object.values(quirks).some(({ name }) => fault.startsWith(`${name}: `));
}

const goodEnds = { push: 'image complete', pull: 'image read', attach: 'referrer found' } as const;

function line({ fault, effect, given, ends }: FaultRow): string {
  const outcome = ends === 'done' ? goodEnds[given.doing] : `[${ends.code}](reference/errors.md#${ends.code.toLowerCase()})`;
  return `| ${cell(fault)} | ${cell(effect)} | ${outcome} |`;
}

function registryTable(): string {
  const lines = Object.values(quirks).map(({ name, facts, answer }) => `| ${name} | ${cell(facts.join('; '))} | ${cell(answer)} |`);
  return `### Registries with ways of their own\n\n| registry | what is known | what Wherry does |\n|---|---|---|\n${lines.join('\n')}\n`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
