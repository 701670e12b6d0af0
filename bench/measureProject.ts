import { join } from 'node:path';
import { execute } from '../test/e2e/execute.ts';
import type { Docker } from './docker.ts';
import { type BenchProject, type PreparedProject, prepareProject } from './projects.ts';
import { coldRow, dailyRows } from './rows.ts';
import { ourSide, peerSide, programs, type Side } from './sides.ts';
import { hasBytecode, ourSizes, peerSizes } from './sizes.ts';
import { startupSeconds } from './startup.ts';
import type { ProjectResult, Row, SideName, SizePair, StartupTimes } from './types.ts';

/** What both sides work with. */
export interface Surroundings {
  /** Directory that is removed in the end. */
  readonly work: string;
  readonly docker: Docker;
  readonly registry: string;
  /** Of the file server. */
  readonly origin: string;
  /** Debian mirrors as the file server has them. */
  readonly mirrors: Readonly<Record<string, string>>;
  readonly runs: number;
}

export interface Measured {
  readonly result: ProjectResult;
  readonly startup: readonly StartupTimes[];
}

type Sides = Readonly<Record<SideName, Side>>;

/** Everything about one project: without bytecode the cold row alone, with it all rows. `isSite`: start-up times too. */
export async function measureProject(
  project: BenchProject,
  surroundings: Surroundings,
  { isSite }: { readonly isSite: boolean },
): Promise<Measured> {
  const work = join(surroundings.work, project.directory.replaceAll('/', '-'));
  console.error(`${project.directory}: locks and a first build`);
  const prepared = await prepareProject(project, { work, origin: surroundings.origin, bumps: surroundings.runs });
  const collected = { sizes: [] as SizePair[], rows: [] as Row[], startup: [] as StartupTimes[] };
  const modes = (await warmUp(prepared, { ...surroundings, work })) ? [false, true] : [false];
  let packages = 0;
  for (const bytecode of modes) {
    const sides = await allSides(prepared, { ...surroundings, work, bytecode });
    const options = { bytecode, runs: surroundings.runs, source: project.source };
    collected.rows.push(await coldRow([sides.peer, sides.bundle, sides.assembled], options));
    collected.sizes.push({ bytecode, ours: await ourSizes(sides.assembled.layout), peer: await peerSizes(sides.peer.layout) });
    if (isSite) collected.startup.push({ bytecode, seconds: await startupSeconds(sides.assembled.layout, 2 * surroundings.runs) });
    packages = await countPackages(sides.assembled);
    if (bytecode !== modes.at(-1)) continue;
    await sides.checkout.build();
    collected.rows.push(...(await dailyRows([sides.peer, sides.bundle, sides.checkout], options)));
  }
  const bumped = project.bump.versions
    .slice(0, surroundings.runs)
    .map((version) => `${project.bump.requirement.split('>=')[0]} ${version}`);
  const { sizes, rows, startup } = collected;
  return { result: { name: project.directory, packages, bumped, sizes, rows }, startup };
}

/** Builds every state once, so that the file server has every file. Whether this Wherry compiles bytecode. */
async function warmUp(prepared: PreparedProject, surroundings: Surroundings): Promise<boolean> {
  const side = await ourSide(prepared, {
    name: 'assembled',
    ...surroundings,
    ...mode(true),
    env: { ...mode(true).env, ...surroundings.mirrors },
  });
  for (const index of prepared.states.keys()) {
    await side.change(index);
    await side.build();
  }
  const compiled = await hasBytecode(side.layout);
  await side.reset();
  return compiled;
}

function mode(bytecode: boolean): { readonly flags: readonly string[]; readonly env: Readonly<Record<string, string>> } {
  return bytecode ? { flags: [], env: { WHERRY_BYTECODE: 'all' } } : { flags: ['--no-bytecode'], env: {} };
}

async function allSides(prepared: PreparedProject, surroundings: Surroundings & { readonly bytecode: boolean }): Promise<Sides> {
  const { docker, registry, bytecode, work, mirrors } = surroundings;
  const base = `${registry}/python:3.13-slim`;
  const { flags, env } = mode(bytecode);
  return {
    peer: await peerSide(prepared, { docker, registry, bytecode }),
    bundle: await ourSide(prepared, { name: 'bundle', work, base, flags, env }),
    checkout: await ourSide(prepared, { name: 'checkout', work, base, flags, env }),
    assembled: await ourSide(prepared, { name: 'assembled', work, flags, env: { ...env, ...mirrors } }),
  };
}

async function countPackages({ project }: Side): Promise<number> {
  const env = { ...process.env, CI: undefined };
  const plan = JSON.parse(await execute([...programs.bundle, 'plan', project, '--json', '--quiet', '--locked'], { env }));
  return plan.images[0].selection.packages.length;
}
