import { chmod, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '../digest.ts';
import { storePaths } from './directory.ts';
import { diskError, errnoOf, temporaryPath, used, writeSynced } from './disk.ts';
import { putAside } from './private.ts';
import { readRecord, recordBytes } from './records.ts';

/** Names and digests of a folder's other files. */
const listName = 'files.json';

/**
 * Makes a folder `target` of the store at `directory` out of named files: whole or not at all, also if two processes do so at once. Names have
 * no slashes. Errors: STORE_FULL, STORE_UNUSABLE.
 */
export async function placeFolder(directory: string, target: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const temporary = temporaryPath(storePaths(directory));
  const list = Object.fromEntries([...files].map(([name, bytes]) => [name, digestOf(bytes)]));
  try {
    await mkdir(temporary, { mode: 0o700 });
    await chmod(temporary, 0o700);
    for (const [name, bytes] of [...files, [listName, recordBytes(list)] as const]) await writeSynced(join(temporary, name), bytes);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return;
    throw diskError(error, 'write to the store');
  }
}

/** Whether a folder made by `placeFolder` is there with all its bytes; a damaged one is removed. */
export async function isWholeFolder(directory: string, target: string): Promise<boolean> {
  const state = await folderState(target);
  if (state === 'damaged') await putAside(storePaths(directory), target);
  if (state === 'whole') used(join(target, listName));
  return state === 'whole';
}

/** Reads without changing anything. */
export async function folderState(target: string): Promise<'whole' | 'damaged' | 'absent'> {
  const names = await readdir(target).catch(() => undefined);
  if (names === undefined) return 'absent';
  const list = readRecord(join(target, listName));
  if (typeof list !== 'object' || list === null) return 'damaged';
  const files = Object.entries(list);
  if (names.length !== files.length + 1) return 'damaged';
  const good = await Promise.all(files.map(async ([name, digest]) => (await digestAt(join(target, name))) === digest));
  return good.every(Boolean) ? 'whole' : 'damaged';
}

async function digestAt(path: string): Promise<string | undefined> {
  const bytes = await readFile(path).catch(() => undefined);
  return bytes && digestOf(bytes);
}
