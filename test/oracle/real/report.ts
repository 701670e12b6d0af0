import type { Judged } from './judged.ts';
import type { Tally } from './tally.ts';

/** The circumstances of a run. */
export interface Circumstances {
  /** `2026-11-29` */
  readonly day: string;
  readonly uv: string;
  readonly node: string;
  readonly seconds: number;
  readonly listed: number;
  /** 1 if every question was asked. */
  readonly stride: number;
}

/** The report of a run as Markdown. */
export function reportOf(tally: Tally, judged: readonly Judged[], circumstances: Circumstances): string {
  return [...selectionPart(tally, circumstances), ...stalenessPart(judged)].join('\n');
}

function selectionPart(tally: Tally, { day, uv, node, seconds, listed, stride }: Circumstances): readonly string[] {
  return [
    `\`npm run oracle -- --projects DIR${stride === 1 ? '' : ` --stride ${stride}`}\`, ${day}, ${uv}, Node ${node}, ${seconds} s.`,
    '',
    '### What is installed',
    '',
    '| | |',
    '|---|---:|',
    `| locks compared, of ${listed} in the list | ${tally.locks} |`,
    `| repositories | ${tally.repositories} |`,
    `| questions: a lock, a request, a Python, a platform | ${number(tally.cases)} |`,
    `| of these refused by both, for the same reason | ${number(tally.refused)} |`,
    `| packages in the answers | ${number(tally.packages)} |`,
    `| files compared by name and SHA-256 | ${number(tally.files)} |`,
    `| equal answers | ${number(tally.equal)} |`,
    `| explained differences (\`test/oracle/real-differences.json\`) | ${tally.explained} |`,
    `| unexplained differences | ${tally.unexplained.length + tally.unread.length} |`,
    '',
    `Of the locks, ${[...tally.traits].map(([trait, count]) => `${count} have ${trait}`).join(', ')}.`,
    ...tally.unread.map((line) => `- not read: ${line}`),
    ...tally.unexplained.map((line) => `- ${line}`),
    ...tally.unused.map((row) => `- a row of the table that explains nothing: ${JSON.stringify(row)}`),
    '',
  ];
}

function stalenessPart(judged: readonly Judged[]): readonly string[] {
  if (judged.length === 0) return [];
  const total = (key: 'changes' | 'stale' | 'fresh' | 'unverified') => judged.reduce((sum, one) => sum + one[key], 0);
  const more = new Map<string, string[]>();
  for (const { label, more: names } of judged) for (const name of names) more.set(name, [...(more.get(name) ?? []), label]);
  return [
    '### Stale or fresh',
    '',
    '| project | changes | stale for both | fresh for both | unverified | stale for Wherry only |',
    '|---|---:|---:|---:|---:|---:|',
    ...judged.map((one) => `| ${one.label} | ${one.changes} | ${one.stale} | ${one.fresh} | ${one.unverified} | ${one.more.length} |`),
    `| all | ${total('changes')} | ${total('stale')} | ${total('fresh')} | ${total('unverified')} | ${[...more.values()].flat().length} |`,
    '',
    'Stale for Wherry although uv would lock the same again:',
    '',
    ...[...more].map(([name, labels]) => `- ${name}: ${labels.join(', ')}`),
    ...judged.flatMap(({ label, wrong }) => wrong.map((line) => `- **fresh for Wherry, stale for uv**: ${label}: ${line}`)),
    '',
  ];
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
