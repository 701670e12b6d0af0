import { lockLabel } from './locks.ts';
import type { TreeOutcome } from './tree.ts';

/** The circumstances of a run. */
export interface TreeCircumstances {
  /** `2026-11-29` */
  readonly day: string;
  readonly uv: string;
  readonly node: string;
  readonly seconds: number;
  readonly listed: number;
}

/** Whether an environment is the same as uv's, up to the tables, and no row of its own table is idle. */
export function isSame({ compared, rows }: TreeOutcome): boolean {
  return typeof compared !== 'string' && compared.unexplained.length === 0 && rows.unused.length === 0;
}

/** The report of a run as Markdown. */
export function treeReport(outcomes: readonly TreeOutcome[], { day, uv, node, seconds, listed }: TreeCircumstances): string {
  const sum = (pick: (outcome: TreeOutcome) => number) => number(outcomes.reduce((total, outcome) => total + pick(outcome), 0));
  return [
    `\`npm run oracle -- --projects DIR --trees\`, ${day}, ${uv}, Node ${node}, ${seconds} s; ${outcomes.length} applications of ${listed} in the list.`,
    '',
    '| project | what it is | Python | own build backends | distributions | of these built | paths compared | explained | unexplained |',
    '|---|---|---|---|---:|---:|---:|---:|---:|',
    ...outcomes.map(row),
    `| all | | | | ${sum(distributions)} | ${sum(({ built }) => built)} | ${sum(paths)} | ${sum(explained)} | ${sum(unexplained)} |`,
    '',
    ...outcomes.flatMap(details),
  ].join('\n');
}

function row(outcome: TreeOutcome): string {
  const { application, backends, built, compared } = outcome;
  const counts = [distributions(outcome), built, paths(outcome), explained(outcome)].map(number);
  const flags = application.flags.length === 0 ? '' : ` \`${application.flags.join(' ')}\``;
  const last = typeof compared === 'string' ? 'not compared' : number(compared.unexplained.length);
  const own = backends.join(', ') || 'none';
  return `| ${[`${lockLabel(application)}${flags}`, application.kind, application.python, own, ...counts, last].join(' | ')} |`;
}

const figure = (pick: (compared: Exclude<TreeOutcome['compared'], string>) => number) => (outcome: TreeOutcome) =>
  typeof outcome.compared === 'string' ? 0 : pick(outcome.compared);
const distributions = figure((compared) => compared.distributions.length);
const paths = figure((compared) => compared.paths);
const explained = figure((compared) => compared.explained);
const unexplained = figure((compared) => compared.unexplained.length);

const shown = 20;

function details({ application, compared, rows }: TreeOutcome): readonly string[] {
  const lines = typeof compared === 'string' ? [firstError(compared)] : compared.unexplained;
  const more = lines.length > shown ? [`- ${lockLabel(application)}: ${lines.length - shown} more`] : [];
  return [
    ...rows.used.map(({ reason }) => `- ${lockLabel(application)}, explained: ${reason}`),
    ...rows.unused.map(({ path }) => `- ${lockLabel(application)}: a row of the table that explains nothing: ${path.source}`),
    ...lines.slice(0, shown).map((line) => `- ${lockLabel(application)}: ${line}`),
    ...more,
  ];
}

/** The line that says what went wrong, in all that a program wrote. */
function firstError(text: string): string {
  return text.split('\n').find((line) => /^\s*(?:error\b|×)/.test(line)) ?? text.slice(0, 300);
}

function number(value: number): string {
  return value.toLocaleString('en-US');
}
