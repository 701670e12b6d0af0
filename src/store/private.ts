import { lstat, rename, rm } from 'node:fs/promises';
import { type StorePaths, storePaths } from './directory.ts';
import { diskError, makePrivate, temporaryPath } from './disk.ts';

/** Folders of a store that hold code to run, so that nobody else may be able to write to them (DESIGN §2.3). */
export type PrivateFolder = 'interpreters' | 'snapshots';

/**
 * Path of a folder of the store at `directory` that belongs to this user alone; one of another user or with wider modes is
 * replaced by an empty one. Errors: STORE_UNUSABLE, STORE_FULL.
 */
export async function privateFolder(directory: string, folder: PrivateFolder): Promise<string> {
  const paths = storePaths(directory);
  const path = paths[folder];
  try {
    if (!(await isPrivate(path))) await putAside(paths, path);
    await makePrivate(path);
  } catch (error) {
    throw diskError(error, `use ${path}`);
  }
  return path;
}

async function isPrivate(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return true;
  const uid = process.getuid?.();
  return found.isDirectory() && (uid === undefined || (found.uid === uid && (found.mode & 0o077) === 0));
}

/** Removes a folder: out of the way at once, even if its files can not be deleted. */
export async function putAside(paths: StorePaths, path: string): Promise<void> {
  const aside = temporaryPath(paths);
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true }).catch(() => undefined);
}
