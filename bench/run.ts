/**
 * `npm run bench [-- --runs N | --quick | --profile | --project NAME | --only layout|push | --compiled | --from FILE]`: two real projects, built by Wherry and by
 * Docker's buildx, in turn, written as layouts and pushed; into
 * bench/results, docs/performance.md and docs/performance.svg. Needs root and Debian. `--quick` is one run of the site alone, kept in .cache/bench;
 * `--compiled` leaves out what has no bytecode; `--profile` says where a cold build spends its time; `--from` writes the page again from an earlier result. Exit status 1: a promise was not kept.
 */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, release } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { findDebianMirrors } from '../src/debian/index.ts';
import { run } from '../test/e2e/command.ts';
import { root, uv } from '../test/e2e/product.ts';
import { chart } from './chart.ts';
import { startDocker } from './docker.ts';
import { atEnd, endAll, endOnSignals } from './endings.ts';
import { startFileServer, throughServer } from './files.ts';
import { measured } from './measured.ts';
import { type Measured, measureProject, profileProject, type Surroundings } from './measureProject.ts';
import { merged } from './merge.ts';
import { service, site } from './projects.ts';
import { pushBases, startRegistry } from './registry.ts';
import { between, profileTable, report } from './report.ts';
import { programs } from './sides.ts';
import { targets } from './targets.ts';
import type { BenchResult, Cell } from './types.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    project: { type: 'string', multiple: true },
    only: { type: 'string' },
    compiled: { type: 'boolean', default: false },
    from: { type: 'string' },
  },
});
/** The last part of a directory's name picks a project. */
const named = [site, service].filter(({ directory }) => values.project?.includes(basename(directory)));
const picked = named.length > 0 ? named : values.quick ? [site] : [site, service];
const outputs = (['layout', 'push'] as const).filter((output) => values.only === undefined || values.only === output);
const runs = values.quick ? 1 : Math.min(8, Math.max(3, Number(values.runs)));

async function surround(): Promise<Surroundings> {
  // On a disk, because the kernel keeps no account of what is written to memory.
  const work = await mkdtemp('/var/tmp/wherry-bench-');
  atEnd(() => rm(work, { recursive: true, force: true, maxRetries: 10, retryDelay: 300 }));
  await run(['npm', 'run', '--silent', 'build'], { cwd: root });
  await run([join(root, 'scripts/setup-python')]);
  const { host: registry } = await startRegistry(join(work, 'registry'));
  await pushBases(registry, { uv, directory: work });
  const origin = await startFileServer(join(root, '.cache/bench/files'));
  const archives = await findDebianMirrors({ config: {}, env: process.env });
  const mirrors = {
    WHERRY_DEBIAN_MIRROR: throughServer(archives.debian, origin),
    WHERRY_DEBIAN_SECURITY_MIRROR: throughServer(archives['debian-security'], origin),
  };
  return { work, registry, origin, mirrors, runs };
}

async function measure(): Promise<BenchResult> {
  const surroundings = await surround();
  const docker = await startDocker(join(surroundings.work, 'docker'));
  const projects: Measured[] = [];
  for (const project of picked)
    projects.push(await measureProject(project, { ...surroundings, docker, outputs, compiledOnly: values.compiled }));
  const profile = projects.findLast((measured) => measured.profile !== undefined)?.profile;
  return {
    date: new Date().toISOString().slice(0, 10),
    versions: {
      node: process.versions.node,
      uv: (await run([uv, '--version'])).split(' ')[1] ?? '',
      docker: (await docker.docker(['version', '--format', '{{.Server.Version}}'])).trim(),
      buildx: (await docker.docker(['buildx', 'version'])).split(' ')[1] ?? '',
      kernel: release(),
    },
    cpus: availableParallelism(),
    projects: projects.map(({ result }) => result),
    startup: projects.flatMap(({ startup }) => startup),
    ...(profile !== undefined && { profile }),
    help: [await helpCell('bundle'), await helpCell('checkout')],
  };
}

/** `wherry --help`: how long it takes until anything is said. */
async function helpCell(side: 'bundle' | 'checkout'): Promise<Cell> {
  const samples = [];
  for (let index = 0; index < runs + 2; index += 1) samples.push(await measured([...programs[side], '--help']));
  return { side, samples };
}

/** Writes the result, together with what was measured earlier on the same day. */
async function keep(measuredNow: BenchResult): Promise<BenchResult> {
  const file = values.quick ? join(root, '.cache/bench/quick.json') : join(root, 'bench/results', `${measuredNow.date}.json`);
  await mkdir(dirname(file), { recursive: true });
  const result = values.quick ? measuredNow : merged(await readResult(file), measuredNow);
  await writeFile(file, `${JSON.stringify(result, null, 2)}\n`);
  console.error(`wrote ${relative(root, file)}`);
  return result;
}

async function readResult(file: string): Promise<BenchResult | undefined> {
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as BenchResult) : undefined;
}

async function publish(result: BenchResult): Promise<void> {
  const page = join(root, 'docs/performance.md');
  await writeFile(page, between(await readFile(page, 'utf8'), report(result)));
  await writeFile(join(root, 'docs/performance.svg'), chart(result));
}

async function main(): Promise<void> {
  if (values.profile) {
    console.log(profileTable(await profileProject(picked.at(-1) ?? site, await surround())));
    return;
  }
  const result = values.from === undefined ? await keep(await measure()) : await readResult(values.from);
  if (result === undefined) throw new Error(`there is no ${values.from}`);
  if (!values.quick && result.projects.length > 1) await publish(result);
  console.log(report(result));
  if (targets(result).some(({ kept }) => !kept)) process.exitCode = 1;
}

endOnSignals();
try {
  await main();
} finally {
  await endAll();
}
