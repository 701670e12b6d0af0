import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storePaths } from './directory.ts';
import { isOwn, ownerOf } from './disk.ts';

/**
 * Removes what threads of this process left behind when they were stopped, but for unfinished downloads. Nothing in this process may be writing to
 * the store.
 */
export async function removeLeftovers(directory: string): Promise<void> {
  const { temporary } = storePaths(directory);
  const names = await readdir(temporary).catch(() => []);
  const left = names.filter((name) => isOwn(name) && ownerOf(name).keep === undefined);
  await Promise.all(left.map((name) => rm(join(temporary, name), { force: true, recursive: true })));
}
