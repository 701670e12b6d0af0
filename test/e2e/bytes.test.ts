import {
  chmodSync,
  cpSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expected, writeAwkwardProject } from './awkward.ts';
import { execute } from './execute.ts';
import { layersOf, unpackLayout } from './layout.ts';
import { installPackage, nodeProgram, nodeVersions, withNode } from './nodes.ts';
import { type BuildOptions, type Built, build, lock, root } from './product.ts';

const wherry = join(root, 'bin/wherry');
const work = mkdtempSync(join(tmpdir(), 'wherry-bytes-'));
const original = join(work, 'original');
const fullStore = join(work, 'full-store');
let reference: Built;

/** One way to build the same project elsewhere. */
interface Variant {
  readonly name: string;
  /** Where the copy of the project lies, below the working directory. */
  readonly directory?: string;
  /** Changes the copy. */
  readonly prepare?: (project: string) => void | Promise<void>;
  readonly umask?: string;
  readonly options?: () => Partial<BuildOptions> | Promise<Partial<BuildOptions>>;
}

const elsewhere: readonly Variant[] = [
  { name: 'another directory, with only the facts in wherry.lock', directory: 'ein anderer Ört/x' },
  { name: 'with .git, where one file is not tracked', prepare: commit },
  { name: 'umask 022', umask: '022' },
  { name: 'umask 077', umask: '077' },
  { name: 'another TZ, LANG and HOME, and git settings there', prepare: commit, options: () => ({ env: otherPlace() }) },
  { name: 'files with other times and modes', prepare: changeStats },
];

/** From nothing, so that the base is made in these ways too. */
const cold: readonly Variant[] = [
  { name: 'all of that at once', directory: 'ein anderer Ört/x', prepare: changeAll, umask: '077', options: () => ({ env: otherPlace() }) },
  ...nodeVersions.map((version, index) => {
    const workers = ['--workers', index === 0 ? '1' : '4'];
    const options = async () => ({ ...(await packaged(version)), args: workers });
    return { name: `the npm package on Node ${version} with ${workers.join(' ')}`, options };
  }),
];

let baseRecord = '';

/** One digest for one project, wherever and however it is built. Every variant starts with a store of its own. */
describe('a digest', () => {
  beforeAll(async () => {
    writeAwkwardProject(original);
    await lock(original);
    reference = await build({ project: original, store: fullStore, args: ['--oci', join(work, 'oci')] });
    baseRecord = `${layersOf(join(work, 'oci'))[0]?.annotations?.['dev.wherry.recipe']?.slice('sha256:'.length)}.json`;
  });
  afterAll(() => rmSync(work, { recursive: true, force: true }));

  it('is of an image that holds all of the awkward files', async () => {
    expect(reference.reused).toBe(0);
    const unpacked = join(work, 'unpacked');
    await unpackLayout(join(work, 'oci'), unpacked);
    const found = Object.keys(expected).map((path) => [path, describeFile(join(unpacked, 'app', path))]);
    expect(Object.fromEntries(found)).toEqual(expected);
    // What is compared below is compiled as well.
    expect(readFileSync(join(unpacked, 'app/__pycache__/app.cpython-313.pyc')).length).toBeGreaterThan(100);
  });

  it.each(cold)('is the same from an empty store: $name', async (variant) => {
    expect(await buildCopy(variant, join(work, 'empty-store'))).toEqual(reference);
  });

  it.each(elsewhere)('is the same from a store that has the base alone: $name', async (variant) => {
    const store = join(work, 'with-base');
    cpSync(fullStore, store, { recursive: true });
    const records = join(store, 'layers-v1');
    for (const record of readdirSync(records)) if (record !== baseRecord) rmSync(join(records, record));
    rmSync(join(store, 'compiled-v1'), { recursive: true });
    expect(await buildCopy(variant, store)).toEqual({ ...reference, reused: 1 });
  });

  it('is the same from a full store, without a request', async () => {
    const built = await build({ project: original, store: fullStore, args: ['--offline'] });
    expect(built).toEqual({ ...reference, reused: reference.layers });
  });

  it('is the same from a store that holds downloads but no layers, without a request', async () => {
    const store = join(work, 'downloads');
    cpSync(fullStore, store, { recursive: true });
    rmSync(join(store, 'layers-v1'), { recursive: true });
    expect(await build({ project: original, store, args: ['--offline'] })).toEqual(reference);
  });

  it.each(nodeVersions)('has its base verified against the signed archive by the npm package on Node %s', async (version) => {
    const { command = [], env } = await packaged(version);
    const given = { ...process.env, ...env, WHERRY_CACHE_DIR: join(work, 'checking') };
    await execute([...command, 'lock', '--check', original], { env: given });
    expect(await execute([...command, '--version'], { env: given })).toMatch(/^\d+\.\d+\.\d+/);
  });

  it('differs for another project', async () => {
    const project = join(work, 'other');
    cpSync(original, project, { recursive: true, verbatimSymlinks: true });
    writeFileSync(join(project, 'untracked.txt'), 'another text\n');
    const built = await build({ project, store: fullStore });
    expect(built.digest).not.toBe(reference.digest);
    expect(built.layers - built.reused).toBe(1);
  });
});

let installed: Promise<string> | undefined;

/** The installed package, started by its own first line. */
async function packaged(version: string): Promise<Partial<BuildOptions>> {
  const directory = join(work, 'installed');
  mkdirSync(directory, { recursive: true });
  installed ??= installPackage(directory);
  return { command: [await installed], env: withNode(await nodeProgram(version)) };
}

/** Builds a copy of the project, and removes it and the store. */
async function buildCopy({ directory = 'copy', prepare, umask = '022', options }: Variant, store: string): Promise<Built> {
  const project = join(work, directory);
  await execute(['sh', '-c', `umask ${umask}; mkdir -p "$2" && cp -R "$1/." "$2"`, 'sh', original, project]);
  await prepare?.(project);
  const { command = [wherry], ...given } = (await options?.()) ?? {};
  const masked = ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...command];
  const built = await build({ project, store, ...given, command: masked });
  rmSync(project, { recursive: true });
  rmSync(store, { recursive: true });
  return built;
}

async function changeAll(project: string): Promise<void> {
  await commit(project);
  changeStats(project);
}

async function commit(project: string): Promise<void> {
  const git = (...args: string[]) => execute(['git', '-c', 'user.name=x', '-c', 'user.email=x@y.example', ...args], { cwd: project });
  writeFileSync(join(project, 'committed-and-removed.txt'), 'x');
  await git('init', '--quiet');
  await git('add', '--all', ':!untracked.txt');
  await git('commit', '--quiet', '--message', 'First');
  rmSync(join(project, 'committed-and-removed.txt'));
}

function otherPlace(): Record<string, string> {
  const home = join(work, 'another home');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'ignored'), 'untracked.txt\nstatic\n');
  writeFileSync(join(home, '.gitconfig'), `[core]\n\tautocrlf = true\n\texcludesFile = ${join(home, 'ignored')}\n`);
  return { HOME: home, TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' };
}

function changeStats(directory: string): void {
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' })) {
    const path = join(directory, name);
    if (lstatSync(path).isFile()) chmodSync(path, name.length % 2 === 0 ? 0o777 : 0o600);
    lutimesSync(path, 1, 500_000_000 + name.length);
  }
}

function describeFile(path: string): string {
  const stat = lstatSync(path);
  return stat.isSymbolicLink() ? `-> ${readlinkSync(path)}` : `${(stat.mode & 0o7777).toString(8)} ${readFileSync(path, 'utf8')}`;
}
