import { join } from 'node:path';
import { execute } from '../test/e2e/execute.ts';
import type { Docker } from './docker.ts';
import { profileBuild } from './profile.ts';
import { type BenchProject, type PreparedProject, prepareProject } from './projects.ts';
import { coldRow, dailyRows } from './rows.ts';
import { type OurName, type OurSide, ourSide, peerSide, programs } from './sides.ts';
import { hasBytecode, ourSizes, peerSizes } from './sizes.ts';
import { startupSeconds } from './startup.ts';
import { startTarget, type Target } from './target.ts';
import type { Profile, ProjectResult, Row, SizePair, StartupTimes } from './types.ts';

/** What both sides work with. */
export interface Surroundings {
  /** Directory that is removed in the end. */
  readonly work: string;
  readonly registry: string;
  /** Of the file server. */
  readonly origin: string;
  /** Debian mirrors as the file server has them. */
  readonly mirrors: Readonly<Record<string, string>>;
  readonly runs: number;
}

/** Where images go: a layout, or a registry. */
export type Output = 'layout' | 'push';

export interface Paired extends Surroundings {
  readonly docker: Docker;
  /** What is measured. */
  readonly outputs: readonly Output[];
  /** Leaves out the rows without bytecode. */
  readonly compiledOnly: boolean;
}

export interface Measured {
  readonly result: ProjectResult;
  readonly startup: readonly StartupTimes[];
  readonly profile?: Profile;
}

/** Everything about one project: where Wherry compiles bytecode, the cold row without it and every row with it. */
export async function measureProject(project: BenchProject, paired: Paired): Promise<Measured> {
  const surroundings = { ...paired, work: workOf(project, paired) };
  console.error(`${project.directory}: locks and a first build`);
  // The build that counts bytes is one more.
  const prepared = await prepareProject(project, { ...surroundings, bumps: paired.runs + 1 });
  const compiles = await warmUp(prepared, surroundings);
  const layouts: Mode[] = [];
  const pushes: Row[] = [];
  for (const bytecode of compiles ? (paired.compiledOnly ? [true] : [false, true]) : [false]) {
    const options = { ...surroundings, bytecode, daily: bytecode === compiles };
    if (paired.outputs.includes('layout')) layouts.push(await measureMode(prepared, options));
    if (paired.outputs.includes('push')) pushes.push(...(await measurePushes(prepared, options)));
  }
  const rows = [...layouts.flatMap((each) => each.rows), ...pushes];
  const result = {
    name: project.directory,
    packages: await countPackages(prepared, surroundings),
    bumped: bumpsOf(project, paired.runs),
    rows,
  };
  return {
    result: { ...result, sizes: layouts.map(({ sizes }) => sizes) },
    startup: layouts.flatMap(({ startup }) => startup),
    ...(layouts.length > 0 && { profile: await profileCold(first(prepared), { ...surroundings, bytecode: compiles }) }),
  };
}

/** A profile of a cold build of a project, without the peer. */
export async function profileProject(project: BenchProject, surroundings: Surroundings): Promise<Profile> {
  const inside = { ...surroundings, work: workOf(project, surroundings) };
  const prepared = await prepareProject(project, { ...inside, bumps: 0 });
  return await profileCold(prepared, { ...inside, bytecode: await warmUp(prepared, inside) });
}

function workOf({ directory }: BenchProject, { work }: Surroundings): string {
  return join(work, directory.replaceAll('/', '-'));
}

function bumpsOf({ bump }: BenchProject, runs: number): string[] {
  return bump.versions.slice(0, runs).map((version) => `${bump.requirement.split('>=')[0]} ${version}`);
}

interface Mode {
  readonly rows: readonly Row[];
  readonly sizes: SizePair;
  readonly startup: readonly StartupTimes[];
}

interface ModeOptions extends Paired {
  readonly bytecode: boolean;
  /** Whether the rows of a working day follow the cold one. */
  readonly daily: boolean;
}

async function measureMode(prepared: PreparedProject, options: ModeOptions): Promise<Mode> {
  const { bytecode, runs, daily, docker, registry } = options;
  const peer = await peerSide(prepared, { docker, registry, bytecode });
  const bundle = await ownSide(daily ? prepared : first(prepared), { ...options, name: 'bundle' });
  const assembled = await ownSide(first(prepared), { ...options, name: 'assembled' });
  const rowOptions = { bytecode, runs, push: false, source: prepared.source };
  const cold = await coldRow([peer, bundle, assembled], rowOptions);
  const sizes = { bytecode, ours: await ourSizes(assembled.layout), peer: await peerSizes(peer.layout) };
  const seconds =
    prepared.firstRequest === undefined ? [] : await startupSeconds(assembled.layout, { code: prepared.firstRequest, runs: 2 * runs });
  const startup = seconds.length === 0 ? [] : [{ bytecode, seconds }];
  if (!daily) return { rows: [cold], sizes, startup };
  const checkout = await ownSide(prepared, { ...options, name: 'checkout' });
  await checkout.build();
  return { rows: [cold, ...(await dailyRows([peer, bundle, checkout], rowOptions))], sizes, startup };
}

/** The rows with a push, each side to a registry of its own. */
async function measurePushes(prepared: PreparedProject, options: ModeOptions): Promise<Row[]> {
  const { bytecode, runs, daily, docker, registry, work } = options;
  const target = async (side: string) => await startTarget(join(work, `registry-${side}-${bytecode}`));
  const peer = await peerSide(prepared, { docker, registry, bytecode, target: await target('peer') });
  const bundle = await ownSide(daily ? prepared : first(prepared), { ...options, name: 'bundle', target: await target('ours') });
  const rowOptions = { bytecode, runs, push: true, source: prepared.source };
  const cold = await coldRow([peer, bundle], rowOptions);
  return daily ? [cold, ...(await dailyRows([peer, bundle], rowOptions))] : [cold];
}

/** A project that stays as it is. */
function first(prepared: PreparedProject): PreparedProject {
  return { ...prepared, states: prepared.states.slice(0, 1) };
}

/** Builds every state once, so that the file server has every file. Whether this Wherry compiles bytecode. */
async function warmUp(prepared: PreparedProject, surroundings: Surroundings): Promise<boolean> {
  const side = await ownSide(prepared, { ...surroundings, name: 'assembled', bytecode: true });
  for (const index of prepared.states.keys()) {
    await side.change(index);
    await side.build();
  }
  const compiled = await hasBytecode(side.layout);
  await side.reset();
  return compiled;
}

type OwnOptions = Surroundings & { readonly name: OurName; readonly bytecode: boolean; readonly target?: Target };

/** On the base that the peer has, or on the one that Wherry assembles from Debian packages. */
async function ownSide(prepared: PreparedProject, { name, bytecode, work, registry, mirrors, target }: OwnOptions): Promise<OurSide> {
  const mode = bytecode ? { flags: [], env: { WHERRY_BYTECODE: 'all' } } : { flags: ['--no-bytecode'], env: {} };
  if (name === 'assembled') return await ourSide(prepared, { name, work, ...mode, env: { ...mode.env, ...mirrors } });
  return await ourSide(prepared, { name, work, ...mode, base: `${registry}/python:3.13-slim`, target });
}

async function profileCold(prepared: PreparedProject, options: Surroundings & { readonly bytecode: boolean }): Promise<Profile> {
  console.error('  profile');
  const { project, env } = await ownSide(prepared, { ...options, name: 'checkout' });
  const [directory, store] = [join(options.work, 'profile'), join(options.work, 'profiled')];
  const flags = options.bytecode ? [] : ['--no-bytecode'];
  return await profileBuild({ directory, project, flags, env: { ...env, WHERRY_CACHE_DIR: store } });
}

async function countPackages(prepared: PreparedProject, surroundings: Surroundings): Promise<number> {
  const { project, env } = await ownSide(first(prepared), { ...surroundings, name: 'bundle', bytecode: false });
  const plan = JSON.parse(
    await execute([...programs.bundle, 'plan', project, '--json', '--quiet', '--locked'], { env: { ...process.env, ...env } }),
  );
  return plan.images[0].selection.packages.length;
}
