import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { diskError, errnoOf, makePrivate, ownerOf, temporaryPath, writeWhole } from './disk.ts';
import { type StorePaths, storePaths } from './paths.ts';

/** Folders of a store that hold code to run, so that nobody else may be able to write to them (DESIGN §2.3). */
export type PrivateFolder = 'interpreters' | 'snapshots';

const day = 24 * 60 * 60 * 1000;
const sealSize = 64;

/**
 * Path of a folder of the store at `directory` that belongs to this user alone; one of another user or with wider modes is
 * replaced by an empty one. Errors: STORE_UNUSABLE, STORE_FULL.
 */
export async function privateFolder(directory: string, folder: PrivateFolder): Promise<string> {
  const paths = storePaths(directory);
  const path = paths[folder];
  try {
    if (!(await isPrivate(path))) await remove(paths, path);
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

/** Out of the way at once, even if its files can not be deleted. */
async function remove(paths: StorePaths, path: string): Promise<void> {
  const aside = temporaryPath(paths);
  await rename(path, aside);
  await rm(aside, { recursive: true, force: true }).catch(() => undefined);
}

/** Whether files of this name are there; their time is moved once a day, which is how `prune` knows what is old. */
export async function touchPrivate(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return false;
  const now = Date.now();
  if (now - found.mtimeMs > day) await utimes(path, now / 1000, now / 1000).catch(() => undefined);
  return true;
}

/** Makes a folder `target` in one step out of named files: whole or not at all, also if two processes do so at once. */
export async function placeFolder(directory: string, target: string, files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const paths = storePaths(directory);
  const temporary = temporaryPath(paths);
  try {
    await mkdir(temporary, { mode: 0o700 });
    await chmod(temporary, 0o700);
    for (const [name, bytes] of files) await writeSynced(`${temporary}/${basename(name)}`, bytes);
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return;
    throw diskError(error, 'write to the store');
  }
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes bytes below their SHA-256, so that damage is noticed; atomically, mode 0600. Errors: STORE_FULL, STORE_UNUSABLE. */
export async function writeSealed(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const sealed = new Uint8Array(sealSize + bytes.length);
  sealed.set(sealOf(bytes));
  sealed.set(bytes, sealSize);
  await writeWhole(storePaths(directory), path, sealed);
}

/** The bytes of a sealed file; undefined if it is absent. A damaged one is removed. */
export async function readSealed(path: string): Promise<Uint8Array | undefined> {
  const file = await readFile(path).catch(() => undefined);
  if (file === undefined) return undefined;
  const bytes = new Uint8Array(file.buffer, file.byteOffset + sealSize, Math.max(0, file.length - sealSize));
  if (file.length >= sealSize && sealOf(bytes).equals(file.subarray(0, sealSize / 2))) {
    await touchPrivate(path);
    return bytes;
  }
  await rm(path, { force: true });
  return undefined;
}

/** The payload begins after 64 bytes, where any typed array may begin. */
function sealOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}

const lockAge = 30_000;

/**
 * Takes a lock by making the file `path`: resolves with its release, or with undefined when `isDone` says that the work was done by
 * another or `patience` milliseconds are over. Locks of dead processes and old ones are broken, so two may hold it; nobody waits for ever.
 */
export async function lockPrivate(
  path: string,
  options: { readonly directory: string; readonly isDone: () => Promise<boolean>; readonly patience: number },
): Promise<(() => Promise<void>) | undefined> {
  const name = basename(temporaryPath(storePaths(options.directory)));
  const end = performance.now() + options.patience;
  for (;;) {
    if (await makeLock(path, name)) return () => release(path, name);
    if ((await options.isDone()) || performance.now() >= end) return undefined;
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(25);
  }
}

async function makeLock(path: string, name: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(name).finally(() => file.close());
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw diskError(error, 'write to the store');
  }
}

async function isStale(path: string): Promise<boolean> {
  const [found, name] = await Promise.all([stat(path).catch(() => undefined), readFile(path, 'utf8').catch(() => '')]);
  if (found === undefined) return false;
  return ownerOf(name).alive === false || Date.now() - found.mtimeMs > lockAge;
}

async function release(path: string, name: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === name) await rm(path, { force: true });
}
