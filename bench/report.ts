import { total } from './sizes.ts';
import { cellOf, median, middle, speedup, titleOf } from './statistics.ts';
import { targets } from './targets.ts';
import type { BenchResult, Cell, PartSizes, Profile, ProjectResult, Row, Sample, SideName, Size, SizePair } from './types.ts';

/** The result as Markdown. */
export function report(result: BenchResult): string {
  const { projects, startup, help, profile } = result;
  return [
    header(result),
    ...projects.flatMap((project) => [times(project), effort(project), ...traffic(project)]),
    ...(startup.length === 0 ? [] : [startupTable(result)]),
    ...(profile === undefined ? [] : [profileTable(profile)]),
    ...projects.flatMap((project) => project.sizes.map((pair) => sizes(project, pair))),
    ['### Promises', '', ...targets(result).map(({ name, kept }) => `- ${kept ? 'kept' : '**missed**'}: ${name}`)].join('\n'),
    help.map((cell) => `\`wherry --help\` from the ${cell.side}: ${seconds(cell, 'wall')} s, ${seconds(cell, 'cpu')} s of CPU.`).join(' '),
  ].join('\n\n');
}

function header({ date, versions, cpus, projects }: BenchResult): string {
  const loads = projects.flatMap(({ rows }) =>
    rows.flatMap(({ cells }) => cells.flatMap(({ samples }) => samples.map(({ load }) => load))),
  );
  const runs = Math.max(...projects.flatMap(({ rows }) => rows.flatMap(({ cells }) => cells.map(({ samples }) => samples.length))));
  const { node, docker, buildx, uv, kernel } = versions;
  return (
    `Measured on ${date}, ${cpus} processors, Linux ${kernel}; Node ${node}, Docker ${docker}, buildx ${buildx}, uv ${uv}. Medians of ${runs}. ` +
    `Load average before a run: ${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}, median ${median(loads).toFixed(1)}. MB are 10⁶ bytes.`
  );
}

const ours: readonly SideName[] = ['bundle', 'checkout', 'assembled'];

function times({ name, packages, bumped, rows }: ProjectResult): string {
  const head = '| seconds | uv Dockerfile | Wherry | times as fast | from a checkout | on debian:13 |\n|---|---:|---:|---:|---:|---:|';
  const lines = rows.map((row) => {
    const [bundle, checkout, assembled] = ours.map((side) => wall(row, side));
    return `| ${titleOf(row)} | ${wall(row, 'peer')} | ${bundle} | ${speedup(row, 'bundle').toFixed(1)} | ${checkout} | ${assembled} |`;
  });
  return [`### Times: ${name}, ${packages} distributions`, '', head, ...lines, '', `Bumped to: ${bumped.join(', ')}.`].join('\n');
}

function wall(row: Row, side: SideName): string {
  const cell = cellOf(row, side);
  return cell === undefined ? '' : seconds(cell, 'wall');
}

function effort({ name, rows }: ProjectResult): string {
  const head =
    '| | CPU s: uv Dockerfile | Wherry | written MB: uv Dockerfile | Wherry | peak memory MB: Wherry |\n|---|---:|---:|---:|---:|---:|';
  const lines = rows.map((row) => {
    const [peer, bundle] = [cellOf(row, 'peer'), cellOf(row, 'bundle')];
    if (peer === undefined || bundle === undefined) return '';
    const written = [peer, bundle].map((cell) => mega(middle(cell, 'written'), 1));
    return `| ${titleOf(row)} | ${seconds(peer, 'cpu')} | ${seconds(bundle, 'cpu')} | ${written.join(' | ')} | ${mega(peak(bundle), 0)} |`;
  });
  return [`### Effort: ${name}`, '', head, ...lines].join('\n');
}

/** What went between builds and registry; nothing where no row pushed. */
function traffic({ name, rows }: ProjectResult): string[] {
  const lines = rows.flatMap((row) => {
    const cells = [cellOf(row, 'peer'), cellOf(row, 'bundle')].map((cell) => cell?.traffic);
    if (cells.every((cell) => cell === undefined)) return [];
    return [`| ${titleOf(row)} | ${cells.flatMap((cell) => [kilo(cell?.sent), kilo(cell?.received)]).join(' | ')} |`];
  });
  if (lines.length === 0) return [];
  const head = '| kB | uv Dockerfile: sent | received | Wherry: sent | received |\n|---|---:|---:|---:|---:|';
  return [[`### Bytes to and from the registry: ${name}`, '', head, ...lines].join('\n')];
}

function kilo(bytes: number | undefined): string {
  return bytes === undefined ? '' : (bytes / 1e3).toFixed(1);
}

/** The highest of all runs. */
function peak({ samples }: Cell): number {
  return Math.max(...samples.map((sample) => sample.peak ?? 0));
}

function startupTable({ startup }: BenchResult): string {
  const lines = startup.map(({ bytecode, seconds: taken }) => {
    const range = `${Math.min(...taken).toFixed(2)} to ${Math.max(...taken).toFixed(2)}`;
    return `| ${bytecode ? 'with' : 'without'} bytecode | ${median(taken).toFixed(2)} | ${range} | ${taken.length} |`;
  });
  return ['### Start of the Django site, until its first answer', '', '| | seconds | range | runs |\n|---|---:|---:|---:|', ...lines].join(
    '\n',
  );
}

const parts: readonly (readonly [string, keyof PartSizes])[] = [
  ['base', 'base'],
  ['dependencies', 'dependencies'],
  ['application', 'app'],
];

/** Where a cold build spends its time, for people. */
export function profileTable({ areas, functions }: Profile): string {
  const all = areas.reduce((sum, line) => sum + line.seconds, 0);
  const shown = areas.filter(({ seconds }) => seconds >= all / 100);
  const areaLines = shown.map(
    ({ thread, area, seconds }) => `| ${thread} | ${area} | ${seconds.toFixed(2)} | ${((seconds / all) * 100).toFixed(0)} % |`,
  );
  const functionLines = functions.map(({ thread, area, name, seconds }) => `| ${thread} | ${area} | \`${name}\` | ${seconds.toFixed(2)} |`);
  return [
    ['### Profile of a cold build', '', '| thread | area | seconds | |', '|---|---|---:|---:|', ...areaLines].join('\n'),
    ['| thread | area | function | seconds |', '|---|---|---|---:|', ...functionLines].join('\n'),
  ].join('\n\n');
}

function sizes({ name }: ProjectResult, { bytecode, peer, ours: own }: SizePair): string {
  const all = parts.map(([title, part]) => sizeRow(title, peer[part], own[part]));
  const together = sizeRow('**together**', total(Object.values(peer)), total(Object.values(own)));
  const head = '| | uv Dockerfile, unpacked | Wherry, unpacked | uv Dockerfile, gzip | Wherry, gzip |\n|---|---:|---:|---:|---:|';
  return [`### Sizes: ${name}, ${bytecode ? 'with' : 'without'} bytecode, MB`, '', head, ...all, together].join('\n');
}

function sizeRow(title: string, peer: Size, own: Size): string {
  return `| ${title} | ${mega(peer.unpacked)} | ${mega(own.unpacked)} | ${mega(peer.compressed)} | ${mega(own.compressed)} |`;
}

function seconds(cell: Cell, key: keyof Sample): string {
  return middle(cell, key).toFixed(2);
}

function mega(bytes: number, digits = 2): string {
  return (bytes / 1e6).toFixed(digits);
}

const [start, end] = ['<!-- bench:start -->', '<!-- bench:end -->'];

/** Puts a text between the two marks of a page. */
export function between(page: string, text: string): string {
  const [from, to] = [page.indexOf(start), page.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the page lacks ${start} or ${end}`);
  return `${page.slice(0, from + start.length)}\n${text}\n${page.slice(to)}`;
}
