import { ToolError } from '../errors/index.ts';
import { pathProblem } from '../tar/index.ts';
import type { GitCommit } from './commit.ts';
import { fillPointers } from './lfs.ts';
import { complaint, type GitContext, git } from './run.ts';

/** A file or link of a commit. POSIX path below the root of the repository. */
export type TreeFile =
  | { readonly type: 'file'; readonly path: string; readonly executable: boolean; readonly bytes: Uint8Array }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };

/** Another repository at a path of this one. */
export interface Submodule {
  readonly path: string;
  readonly url: string;
  readonly commit: string;
}

export interface CommitTree {
  readonly files: readonly TreeFile[];
  readonly submodules: readonly Submodule[];
}

/** Bytes of all files of a commit. */
const maxTotal = 1024 ** 3;

/** Reads a commit's objects: no checkout, so no filter, attribute or hook has a say. Errors: GIT_FAILED, GIT_LFS. */
export async function readCommit(wanted: GitCommit, context: GitContext): Promise<CommitTree> {
  const listed = parseTree(await said(['ls-tree', '-r', '-l', '-z', '--full-tree', wanted.commit], { context, wanted }));
  const blobs = listed.filter(({ mode }) => mode !== gitlink);
  const total = blobs.reduce((sum, { size }) => sum + size, 0);
  if (total > maxTotal) throw new ToolError('GIT_FAILED', `${wanted.label} has more than ${maxTotal / 1024 ** 2} MiB of files`);
  const contents = await readBlobs(blobs, { context, wanted });
  const files = blobs.map((entry, index): TreeFile => {
    const bytes = contents[index] ?? Buffer.alloc(0);
    if (entry.mode === '120000') return { type: 'symlink', path: entry.path, target: Buffer.from(bytes).toString() };
    return { type: 'file', path: entry.path, executable: entry.mode === '100755', bytes };
  });
  const links = listed.filter(({ mode }) => mode === gitlink);
  const submodules = links.length === 0 ? [] : await readSubmodules(links, { context, wanted });
  return { files: wanted.lfs ? await fillPointers(files, { context, wanted }) : files, submodules };
}

const gitlink = '160000';

interface Listed {
  readonly mode: string;
  readonly id: string;
  readonly size: number;
  readonly path: string;
}

interface Means {
  readonly context: GitContext;
  readonly wanted: GitCommit;
}

function parseTree(bytes: Buffer): Listed[] {
  return bytes
    .toString()
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [, mode = '', id = '', size = '', path = ''] = /^(\d+) \w+ ([0-9a-f]+) +(\d+|-)\t(.*)$/s.exec(line) ?? [];
      const problem = pathProblem(path);
      if (problem !== undefined) throw new ToolError('GIT_FAILED', `a path in the repository cannot be used, ${problem}: ${path}`);
      return { mode, id, size: Number(size) || 0, path };
    });
}

/** The contents in the order of the entries. */
async function readBlobs(entries: readonly Listed[], { context, wanted }: Means): Promise<Uint8Array[]> {
  if (entries.length === 0) return [];
  const result = await git(['cat-file', '--batch'], context, entries.map(({ id }) => `${id}\n`).join(''));
  const { stdout } = result;
  let at = 0;
  return entries.map(({ id, path }) => {
    const end = stdout.indexOf(10, at);
    const [found, type, size] = stdout.toString('latin1', at, Math.max(end, at)).split(' ');
    if (found !== id || type !== 'blob') throw unreadable(wanted, `${path} is missing`, result.stderr);
    const start = end + 1;
    at = start + Number(size) + 1;
    return stdout.subarray(start, at - 1);
  });
}

async function said(args: readonly string[], { context, wanted }: Means): Promise<Buffer> {
  const { status, stdout, stderr } = await git(args, context);
  if (status !== 0) throw unreadable(wanted, 'its files could not be listed', stderr);
  return stdout;
}

function unreadable({ label }: GitCommit, why: string, stderr: string): ToolError {
  return new ToolError('GIT_FAILED', `could not read ${label} after it was fetched: ${why}`, { details: complaint(stderr) });
}

/** What .gitmodules says of the entries that are commits of other repositories; one that it does not name is left out, as git does. */
async function readSubmodules(links: readonly Listed[], { context, wanted }: Means): Promise<Submodule[]> {
  const { status, stdout } = await git(['config', '--null', '--blob', `${wanted.commit}:.gitmodules`, '--list'], context);
  if (status !== 0) return [];
  const paths = new Map<string, string>();
  const urls = new Map<string, string>();
  for (const pair of stdout.toString().split('\0')) {
    const [, name, key, value] = /^submodule\.(.*)\.(path|url)\n(.*)$/s.exec(pair) ?? [];
    if (name !== undefined && value !== undefined) (key === 'path' ? paths : urls).set(name, value);
  }
  return links.flatMap(({ path, id }) => {
    const name = [...paths].find(([, own]) => own.replace(/\/+$/, '') === path)?.[0];
    const url = name === undefined ? undefined : urls.get(name);
    return url === undefined ? [] : [{ path, url: submoduleUrl(url, wanted.url), commit: id }];
  });
}

/** A URL that starts with `./` or `../` is relative to that of the repository; `user@host:path` is ssh's. */
export function submoduleUrl(url: string, parent: string): string {
  if (/^\.\.?\//.test(url)) return new URL(url, `${parent.replace(/\/+$/, '')}/`).href;
  const [, user, host, path] = /^(?:([\w.-]+)@)?([\w.-]+):(?!\/\/)(.+)$/.exec(url) ?? [];
  return host === undefined ? url : `ssh://${user === undefined ? '' : `${user}@`}${host}/${path?.replace(/^\/+/, '')}`;
}
