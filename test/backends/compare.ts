import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BuildJob } from '../../src/backend/index.ts';
import { buildWheel } from '../../src/backend/index.ts';
import type { Context } from '../../src/context.ts';
import { digestOf } from '../../src/digest.ts';
import { openZip } from '../../src/zip/index.ts';
import type { Backends } from './environment.ts';
import { backendOf, type Tree, writeTree } from './tree.ts';

/** What is in a wheel: mode and content of each file. RECORD follows from the others, and the Generator line names its maker. */
export type Contents = Readonly<Record<string, string>>;

export interface Compared {
  readonly ours: { readonly name: string; readonly contents: Contents };
  readonly theirs: { readonly name: string; readonly contents: Contents };
}

export interface CompareOptions {
  readonly backends: Backends;
  readonly ctx: Context;
  /** An empty directory. */
  readonly directory: string;
  readonly minor: string;
  /** Set for a tree that is on the disk already, in a git work tree. */
  readonly gitDirectory?: string;
  /** How the other wheel is built; on this machine's own Python unless given. */
  readonly native?: NativeBuild;
}

/** Builds the wheel of a tree into a directory. */
export type NativeBuild = (paths: { readonly source: string; readonly out: string }, backends: Backends) => Promise<void>;

/** Builds a tree here, and by pypa/build with the native Python. */
export async function compareBuilds(tree: Tree, options: CompareOptions): Promise<Compared> {
  const { backends, ctx, directory, minor, gitDirectory, native = buildHere } = options;
  const job: BuildJob = {
    label: tree.rootName,
    ...tree,
    backend: await backendOf(tree),
    backendWheels: backends.wheels,
    minor,
    ...(gitDirectory === undefined ? {} : { gitDirectory }),
  };
  const built = await buildWheel(job, ctx);
  mkdirSync(join(directory, 'ours'));
  writeFileSync(join(directory, 'ours', built.name), built.bytes);
  const source = gitDirectory ?? join(directory, tree.rootName);
  if (gitDirectory === undefined) await writeTree(source, tree);
  const out = join(directory, 'theirs');
  mkdirSync(out);
  await native({ source, out }, backends);
  const [name = ''] = readdirSync(out);
  return {
    ours: { name: built.name, contents: contentsOf(join(directory, 'ours', built.name)) },
    theirs: { name, contents: contentsOf(join(directory, 'theirs', name)) },
  };
}

/** What pypa/build is started with, and in which environment. */
export function nativeBuild({ source, out, site }: { readonly source: string; readonly out: string; readonly site: string }) {
  const environment = {
    HOME: out,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    PYTHONPATH: site,
    PYTHONDONTWRITEBYTECODE: '1',
    SOURCE_DATE_EPOCH: '946684800',
  };
  const words = ['-m', 'build', '--wheel', '--no-isolation', '--skip-dependency-check', '--outdir', out, source];
  return { environment, words };
}

async function buildHere(paths: Parameters<NativeBuild>[0], { python, site }: Backends): Promise<void> {
  const { environment, words } = nativeBuild({ ...paths, site });
  execFileSync(python, words, { env: { PATH: process.env.PATH, ...environment }, stdio: ['ignore', 'ignore', 'pipe'] });
}

function contentsOf(wheel: string): Contents {
  const zip = openZip(wheel);
  const files = zip.entries.filter(({ type, path }) => type === 'file' && !path.endsWith('.dist-info/RECORD'));
  const seen = files.map((entry) => {
    const bytes = zip.readAll(entry, 64 * 1024 * 1024);
    const text = /\.dist-info\/(?:WHEEL|METADATA|entry_points\.txt)$/.test(entry.path);
    const shown = text
      ? Buffer.from(bytes)
          .toString()
          .replace(/^Generator: .*\r?\n/m, '')
      : digestOf(bytes);
    return [entry.path, `${((entry.mode ?? 0) & 0o777).toString(8)} ${shown}`] as const;
  });
  return Object.fromEntries(seen.sort(([a], [b]) => (a < b ? -1 : 1)));
}
