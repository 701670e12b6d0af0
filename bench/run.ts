/**
 * `npm run bench [-- --runs N]`: sizes and times of two real projects, into bench/results and docs/performance.md; needs root and Debian.
 * `--from FILE` only writes the page again from an earlier result. Exit status 1: a promise about sizes was not kept.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { readWherryLock } from '../src/resolve/index.ts';
import { run } from '../test/e2e/command.ts';
import { lock, uv } from '../test/e2e/product.ts';
import { measureBuilds, measureStartup, runWherry } from './measure.ts';
import { ourSizes } from './ours.ts';
import { peerSizes } from './peer.ts';
import { between, report } from './report.ts';
import { targets } from './targets.ts';
import type { BenchResult, ProjectResult } from './types.ts';

const root = join(import.meta.dirname, '..');
const projects = [
  { directory: 'examples/django-site', source: 'notes/views.py' },
  { directory: 'bench/projects/data', source: 'main.py' },
];

const { values } = parseArgs({ options: { runs: { type: 'string', default: '3' }, from: { type: 'string' } } });
const runs = Math.max(3, Number(values.runs));

async function benchProject({ directory, source }: (typeof projects)[number]): Promise<ProjectResult> {
  const project = join(root, directory);
  const store = await mkdtemp(join(tmpdir(), 'wherry-bench-store-'));
  try {
    await lock(project);
    await runWherry(['lock', project, '--quiet'], { WHERRY_CACHE_DIR: store });
    if ((await readWherryLock(project)).bases.every((base) => base.kind !== 'debian')) throw new Error(`${directory} has another base`);
    console.error(`${directory}: sizes`);
    const [ours, peer] = [await ourSizes(project, store), await peerSizes(project)];
    console.error(`${directory}: times`);
    const scenarios = await measureBuilds({ project, source, runs });
    return { name: directory, packages: await countPackages(project, store), peer, ours, scenarios };
  } finally {
    await rm(store, { recursive: true, force: true });
  }
}

async function countPackages(project: string, store: string): Promise<number> {
  const env = { ...process.env, WHERRY_CACHE_DIR: store, CI: undefined };
  const plan = JSON.parse(await run([join(root, 'bin/wherry'), 'plan', project, '--json', '--quiet'], { env }));
  return plan.images[0].selection.packages.length;
}

async function measure(): Promise<BenchResult> {
  const results: ProjectResult[] = [];
  for (const project of projects) results.push(await benchProject(project));
  const result: BenchResult = {
    date: new Date().toISOString().slice(0, 10),
    node: process.versions.node,
    uv: (await run([uv, '--version'])).split(' ')[1] ?? '',
    cpus: availableParallelism(),
    load: loadavg()[1] ?? 0,
    startup: await measureStartup(runs + 2),
    projects: results,
  };
  const file = join(root, 'bench/results', `${result.date}.json`);
  await mkdir(join(root, 'bench/results'), { recursive: true });
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  console.error(`wrote ${relative(root, file)}`);
  return result;
}

const result = values.from === undefined ? await measure() : (JSON.parse(await readFile(values.from, 'utf8')) as BenchResult);
const page = join(root, 'docs/performance.md');
await writeFile(page, between(await readFile(page, 'utf8'), report(result)));
console.log(report(result));
if (targets(result).some(({ kept }) => !kept)) process.exitCode = 1;
