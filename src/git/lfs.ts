import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { GitCommit } from './commit.ts';
import { complaint, type GitContext, git } from './run.ts';
import { gitUrl } from './source.ts';
import type { TreeFile } from './tree.ts';

/** The large file that a pointer in the repository stands for (git-lfs specification, "The Pointer"). */
export interface Pointer {
  /** SHA-256 in hex. */
  readonly id: string;
  readonly size: number;
}

/** Reads a pointer; undefined for any other content. */
export function parsePointer(bytes: Uint8Array): Pointer | undefined {
  if (bytes.length > 1024) return undefined;
  const text = Buffer.from(bytes).toString();
  if (!/^version https?:\/\/[^\s]+\/spec\/v1\n/.test(text)) return undefined;
  const id = /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
  const size = /^size (\d{1,15})$/m.exec(text)?.[1];
  return id === undefined || size === undefined ? undefined : { id, size: Number(size) };
}

/** Puts the large files in place of their pointers; the host's git-lfs fetches them, and their hashes are checked here. Errors: GIT_LFS. */
export async function fillPointers(
  files: readonly TreeFile[],
  { context, wanted }: { readonly context: GitContext; readonly wanted: GitCommit },
): Promise<readonly TreeFile[]> {
  const pointers = files.map((file) => (file.type === 'file' ? parsePointer(file.bytes) : undefined));
  if (pointers.every((pointer) => pointer === undefined)) return files;
  const { href } = gitUrl(wanted.url);
  const { status, stderr } = await git(['-c', `remote.origin.url=${href}`, 'lfs', 'fetch', 'origin', wanted.commit], context);
  if (status !== 0) throw failed(wanted, stderr);
  return await Promise.all(
    files.map(async (file, index) => {
      const pointer = pointers[index];
      if (pointer === undefined || file.type !== 'file') return file;
      return { ...file, bytes: await largeFile(pointer, { path: file.path, context, wanted }) };
    }),
  );
}

async function largeFile(
  { id, size }: Pointer,
  { path, context, wanted }: { readonly path: string; readonly context: GitContext; readonly wanted: GitCommit },
): Promise<Uint8Array> {
  const stored = join(context.repository, 'lfs', 'objects', id.slice(0, 2), id.slice(2, 4), id);
  const bytes = await readFile(stored).catch(() => undefined);
  if (bytes !== undefined && bytes.length === size && digestOf(bytes) === `sha256:${id}`) return bytes;
  throw new ToolError(
    'GIT_LFS',
    `${path} of ${wanted.label} was not fetched from the LFS server, or has other bytes than its pointer says`,
    {
      hint: 'push the file again: git lfs push --all',
    },
  );
}

function failed({ label }: GitCommit, stderr: string): ToolError {
  const isAbsent = /'lfs' is not a git command/.test(stderr);
  return new ToolError('GIT_LFS', `could not fetch the large files of ${label}`, {
    details: isAbsent ? ['there is no git-lfs on this machine'] : complaint(stderr),
    hint: isAbsent ? 'install git-lfs' : 'check that the LFS server of the repository can be reached with the same login',
  });
}
