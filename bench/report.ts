import { targets } from './targets.ts';
import type { BenchResult, PartSizes, ProjectResult, Sample, Scenario, Size } from './types.ts';

/** The middle one of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** The result as Markdown. */
export function report({ date, node, uv, cpus, load, startup, projects }: BenchResult): string {
  return [
    `Measured on ${date} with Node ${node} and uv ${uv} on ${cpus} processors, load average ${load.toFixed(1)}. MB are 10⁶ bytes.`,
    ...projects.map(sizes),
    ['### Promises', '', ...targets({ projects }).map(({ name, kept }) => `- ${kept ? 'kept' : '**not kept**'}: ${name}`)].join('\n'),
    ...projects.map(times),
    `\`${startup.name}\`: ${seconds(startup, 'wall')} s, ${seconds(startup, 'cpu')} s of CPU.`,
  ].join('\n\n');
}

const rows: readonly (readonly [string, keyof PartSizes])[] = [
  ['base', 'base'],
  ['dependencies', 'dependencies'],
  ['application', 'app'],
];

function sizes({ name, packages, peer, ours }: ProjectResult): string {
  const all = rows.map(([title, part]) => row(title, peer[part], ours[part]));
  const total = row('**together**', add(peer), add(ours));
  const head = '| | uv Dockerfile, unpacked | Wherry, unpacked | uv Dockerfile, gzip | Wherry, gzip |\n|---|---:|---:|---:|---:|';
  return [`### Sizes: ${name}, ${packages} distributions, MB`, '', head, ...all, total].join('\n');
}

function row(title: string, peer: Size, ours: Size): string {
  return `| ${title} | ${mega(peer.unpacked)} | ${mega(ours.unpacked)} | ${mega(peer.compressed)} | ${mega(ours.compressed)} |`;
}

function add(sizes: PartSizes): Size {
  const parts = Object.values(sizes) as readonly Size[];
  const sum = (key: keyof Size): number => parts.reduce((total, part) => total + part[key], 0);
  return { unpacked: sum('unpacked'), compressed: sum('compressed') };
}

function times({ name, scenarios }: ProjectResult): string {
  const head = '| | seconds | CPU seconds | peak memory, MB |\n|---|---:|---:|---:|';
  const lines = scenarios.map((scenario) => {
    const peak = mega(Math.max(...scenario.samples.map((sample) => sample.peak)), 0);
    return `| ${scenario.name} | ${seconds(scenario, 'wall')} | ${seconds(scenario, 'cpu')} | ${peak} |`;
  });
  return [`### Times: ${name}`, '', head, ...lines].join('\n');
}

function seconds({ samples }: Scenario, key: keyof Sample): string {
  return median(samples.map((sample) => sample[key])).toFixed(2);
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
