import { existsSync, linkSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyStore } from '../../../src/store/index.ts';
import { type IndexServer, startIndex } from '../../index-server.ts';
import { once } from '../once.ts';
import { digestIn, makeBundle, type Outcome, type Running, type RunOptions, startBundle, succeed } from '../wherry.ts';
import { lockText, pyprojectText, samples, wheelPath, writeProject } from './project.ts';

/** The login of the index. No output may ever hold the password. */
export const login = { user: 'reader', password: 'planted-password-7f3a' } as const;

/** Whether the images of a lab hold bytecode. Without it a build from nothing takes a third of the time, since no interpreter starts. */
export type LabBytecode = 'all' | 'none';

/** What all labs start from: a store that has the packages and the layer of the base, and the wherry.lock that names them. */
export interface Seed {
  readonly directory: string;
  readonly wherryLock: string;
  readonly bytecode: LabBytecode;
}

/** A small real project with an index and a store of its own. */
export interface Lab {
  readonly directory: string;
  readonly project: string;
  readonly store: string;
  readonly index: IndexServer;
  readonly wherryLock: string;
  /** Changes a file of the project; undefined removes it. */
  edit(path: string, change: (text: string) => string | undefined): void;
  /** The project and the index as they were. */
  mend(): void;
  start(args: readonly string[], options?: RunOptions): Running;
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  close(): Promise<void>;
}

/** The seed of a run, built with the real Debian archive by the first that asks for it. */
export async function makeSeed(bytecode: LabBytecode = 'all'): Promise<Seed> {
  const directory = await once(`seed-${bytecode}`, async (place) => await buildSeed(place, bytecode));
  return { directory, bytecode, wherryLock: readFileSync(join(directory, 'project/wherry.lock'), 'utf8') };
}

async function buildSeed(directory: string, bytecode: LabBytecode): Promise<void> {
  const project = join(directory, 'project');
  const base = '[tool.wherry]\nbase = "debian:13-noshell"\n';
  writeProject(project, {
    'pyproject.toml': `[project]\nname = "seed"\nversion = "1.0"\nrequires-python = ">=3.13"\n\n${base}command = ["python"]\n`,
    'uv.lock': 'version = 1\nrequires-python = ">=3.13"\n\n[[package]]\nname = "seed"\nversion = "1.0"\nsource = { virtual = "." }\n',
    'main.py': '',
  });
  const env = { HOME: directory, WHERRY_CACHE_DIR: join(directory, 'store'), WHERRY_BYTECODE: bytecode };
  await makeBundle();
  await succeed(startBundle(['build', project], { env }));
}

export async function openLab(seed: Seed): Promise<Lab> {
  const directory = mkdtempSync(join(tmpdir(), 'wherry-lab-'));
  const [project, store] = [join(directory, 'project'), join(directory, 'store')];
  linkTree(join(seed.directory, 'store'), store);
  const index = await startIndex();
  serveWheels(index);
  serveDebs(index, seed);
  const files = projectFiles(index.origin, seed);
  writeProject(project, files);
  const env = {
    HOME: directory,
    WHERRY_CACHE_DIR: store,
    WHERRY_BYTECODE: seed.bytecode,
    WHERRY_DEBIAN_MIRROR: `${index.origin}/debian`,
    UV_INDEX_LAB_USERNAME: login.user,
    UV_INDEX_LAB_PASSWORD: login.password,
  };
  return {
    directory,
    project,
    store,
    index,
    wherryLock: seed.wherryLock,
    edit: (path, change) => edit(join(project, path), change),
    mend: () => {
      index.heal();
      serveWheels(index);
      writeProject(project, files);
    },
    start: (args, options = {}) => startBundle(args, { ...options, env: { ...env, ...options.env } }),
    run: (args, options = {}) => startBundle(args, { ...options, env: { ...env, ...options.env } }).ended,
    close: async () => {
      await index.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function projectFiles(origin: string, seed: Seed): Record<string, string> {
  return {
    'pyproject.toml': pyprojectText(origin),
    'uv.lock': lockText(origin),
    'wherry.lock': seed.wherryLock,
    'src/shop/__init__.py': 'import alpha\n\n\ndef main():\n    print(alpha.x)\n',
    '.env': 'TOKEN=not-for-images\n',
  };
}

function edit(file: string, change: (text: string) => string | undefined): void {
  const text = change(existsSync(file) && statSync(file).isFile() ? readFileSync(file, 'utf8') : '');
  if (text === undefined) rmSync(file, { recursive: true });
  else writeFileSync(file, text);
}

function serveWheels(index: IndexServer): void {
  for (const wheel of samples) index.put(wheelPath(wheel), wheel.bytes);
}

/** The packages of the base, as a mirror serves them. */
function serveDebs(index: IndexServer, seed: Seed): void {
  const debs = seed.wherryLock.matchAll(/archive = "([^"]+)", path = "([^"]+)", .* sha256 = "sha256:([0-9a-f]+)"/g);
  for (const [, archive = '', path = '', hex = ''] of debs) {
    const file = blobFile(join(seed.directory, 'store'), hex);
    index.put(`/${archive}/${path}`, readFileSync(file));
  }
}

export function blobFile(store: string, hex: string): string {
  return join(store, 'blobs-v1/sha256', hex.slice(0, 2), hex);
}

/** Files of a store are never changed in place, so links do. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) linkTree(source, target);
    else linkSync(source, target);
  }
}

/** A build of the lab's project as it should be; its digest. */
export async function goodBuild(lab: Lab, flags: readonly string[] = ['--workers', '1'], env: RunOptions['env'] = {}): Promise<string> {
  const { status, out, err } = await lab.run(['build', lab.project, ...flags], { env });
  if (status !== 0) throw new Error(`the good build ended with ${status}:\n${err}`);
  return digestIn(out);
}

/** What `wherry cache verify` finds; empty if the store is clean. In this process, since it is asked after nearly every build. */
export async function storeProblems(lab: Lab, store = lab.store): Promise<readonly string[]> {
  return (await verifyStore(store)).problems;
}
