import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execute } from '../test/e2e/execute.ts';
import { root } from '../test/e2e/product.ts';
import type { Docker } from './docker.ts';
import { dockerfile, dockerignore } from './dockerfile.ts';
import { measured } from './measured.ts';
import { type PreparedProject, writeState } from './projects.ts';
import type { Target } from './target.ts';
import type { RowName, Sample, SideName, Traffic } from './types.ts';

/** One of those who build, with a copy of the project and caches of its own. */
export interface Side {
  readonly name: SideName;
  readonly project: string;
  /** OCI layout of the last build, unless images are pushed. */
  readonly layout: string;
  /** Empties every cache and the output. */
  reset(): Promise<void>;
  /** Empties every cache and keeps what was pushed. */
  forget(): Promise<void>;
  /** Puts the project into the state of this index. */
  change(state: number): Promise<void>;
  build(row?: RowName): Promise<Sample>;
  /** Builds and pushes through the counting port; absent where nothing is pushed. */
  readonly count?: (row: RowName) => Promise<Traffic>;
}

export interface PeerOptions {
  readonly docker: Docker;
  readonly registry: string;
  readonly bytecode: boolean;
  /** Where images are pushed; without it they are written as a layout. */
  readonly target?: Target | undefined;
}

/** Docker's buildx with the usual Dockerfile. */
export async function peerSide(prepared: PreparedProject, { docker, registry, bytecode, target }: PeerOptions): Promise<Side> {
  const project = join(docker.shared, 'project');
  const layout = join(docker.shared, 'out');
  await rm(project, { recursive: true, force: true });
  await cp(prepared.template, project, { recursive: true });
  await writeFile(join(project, 'Dockerfile'), dockerfile({ registry, bytecode, command: prepared.command }));
  await writeFile(join(project, '.dockerignore'), dockerignore);
  let cache: Promise<unknown> | undefined;
  const prune = async (): Promise<void> => void (await docker.docker(['buildx', 'prune', '--all', '--force']));
  const build = (row: RowName | undefined, host = target?.host): string[] => peerBuild(host, { cached: row === 'known' });
  return {
    name: 'peer',
    project,
    layout,
    reset: async () => {
      await prune();
      await target?.reset();
      await rm(layout, { recursive: true, force: true });
    },
    forget: async () => {
      // The way to a cache that outlives its machine: every stage exported to the registry beside the image, once.
      cache ??= docker.docker(peerBuild(target?.host, { flags: ['--cache-to', `type=registry,ref=${target?.host}/app:cache,mode=max`] }));
      await cache;
      await prune();
    },
    change: async (state) => await writeState(project, stateOf(prepared, state)),
    build: async (row) => await docker.measured(build(row)),
    ...(target && { count: async (row) => await target.count(async (host) => await docker.docker(build(row, host))) }),
  };
}

/** The command line of buildx: a push to `host`, else a layout. */
function peerBuild(
  host: string | undefined,
  { cached = false, flags = [] }: { readonly cached?: boolean; readonly flags?: readonly string[] },
): string[] {
  const output = host === undefined ? ['--output', 'type=oci,dest=/w/out,tar=false'] : ['--push', '--tag', `${host}/app:latest`];
  const cache = cached ? ['--cache-from', `type=registry,ref=${host}/app:cache`] : [];
  return ['buildx', 'build', '--network', 'host', '--progress', 'plain', ...output, ...cache, ...flags, '/w/project'];
}

/** `bin/wherry` of the checkout, or the bundle as it is published. */
export const programs: Readonly<Record<'bundle' | 'checkout', readonly string[]>> = {
  bundle: [join(root, 'node_modules/node/bin/node'), join(root, 'dist/cli/main.js')],
  checkout: [join(root, 'bin/wherry')],
};

export type OurName = Exclude<SideName, 'peer'>;

export interface OurOptions {
  readonly name: OurName;
  readonly work: string;
  /** Base image; the default base if absent. */
  readonly base?: string;
  /** Further flags of `wherry build`. */
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where images are pushed; without it they are written as a layout. */
  readonly target?: Target | undefined;
}

/** What another process needs to build as this side does. */
export interface OurSide extends Side {
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Wherry, with a complete wherry.lock for every state. */
export async function ourSide(prepared: PreparedProject, { name, work, base, flags, env, target }: OurOptions): Promise<OurSide> {
  const directory = join(work, name);
  const [project, layout, store] = ['project', 'out', 'store'].map((part) => join(directory, part)) as [string, string, string];
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await cp(prepared.template, project, { recursive: true });
  const program = programs[name === 'checkout' ? 'checkout' : 'bundle'];
  const whole = { CI: undefined, WHERRY_CACHE_DIR: store, ...(base === undefined ? {} : { WHERRY_BASE: base }), ...env };
  const locks = await wherryLocks(prepared, { project, command: [...program, 'lock', project, '--quiet'], env: whole });
  const change = async (state: number): Promise<void> => {
    await writeState(project, stateOf(prepared, state));
    await writeFile(join(project, 'wherry.lock'), locks[state] ?? '');
  };
  await change(0);
  const forget = async (): Promise<void> => {
    for (const path of [store, layout]) await rm(path, { recursive: true, force: true });
  };
  const build = (host = target?.host): string[] => {
    const output = host === undefined ? ['--oci', layout] : ['--push', '--tag', `${host}/app:latest`];
    return [...program, 'build', project, '--locked', '--quiet', ...output, ...flags];
  };
  return {
    name,
    project,
    layout,
    env: whole,
    reset: async () => {
      await forget();
      await target?.reset();
    },
    forget,
    change,
    build: async () => await measured(build(), { env: whole }),
    ...(target && { count: async () => await target.count(async (host) => await measured(build(host), { env: whole })) }),
  };
}

interface LockOptions {
  readonly project: string;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

async function wherryLocks(prepared: PreparedProject, { project, command, env }: LockOptions): Promise<string[]> {
  const locks: string[] = [];
  for (const state of prepared.states) {
    await writeState(project, state);
    await execute(command, { env: { ...process.env, ...env } });
    locks.push(await readFile(join(project, 'wherry.lock'), 'utf8'));
  }
  return locks;
}

function stateOf({ states }: PreparedProject, index: number): PreparedProject['states'][number] {
  const state = states[index];
  if (state === undefined) throw new Error(`there is no state ${index}`);
  return state;
}
