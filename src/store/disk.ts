import { randomBytes } from 'node:crypto';
import { readlinkSync, statSync, utimesSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { digestOf, hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { StorePaths } from './directory.ts';

/** Milliseconds. */
export const day = 24 * 60 * 60 * 1000;

/** The code of a system error (`ENOENT`), or undefined. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Turns a system error into the `ToolError` that names its cure: STORE_FULL or STORE_UNUSABLE. A `ToolError` passes unchanged. */
export function diskError(error: unknown, attempted: string): ToolError {
  if (error instanceof ToolError) return error;
  const errno = errnoOf(error);
  if (errno === 'ENOSPC' || errno === 'EDQUOT' || errno === 'EFBIG') {
    const hint = 'free some space, run `wherry cache prune`, or set WHERRY_CACHE_DIR to a larger disk';
    return new ToolError('STORE_FULL', `no space left to ${attempted}`, { hint, cause: error });
  }
  const hint = 'set WHERRY_CACHE_DIR to a directory that you can write';
  return new ToolError('STORE_UNUSABLE', `could not ${attempted}${errno ? ` (${errno})` : ''}`, { hint, cause: error });
}

let processToken: string | undefined;

/** Process ids mean something only on one machine and in one pid namespace; a cache volume may be shared by several. */
function token(): string {
  processToken ??= hexOf(digestOf(`${hostname()} ${pidNamespace()}`)).slice(0, 8);
  return processToken;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** A new name for a temporary file of this process. `keep` is the digest in hex of an unfinished download. */
export function temporaryPath(paths: StorePaths, keep = ''): string {
  const name = `${token()}-${process.pid}-${randomBytes(6).toString('hex')}`;
  return join(paths.temporary, keep ? `${name}.${keep}` : name);
}

/** Whose temporary file this is, as far as it can be told. */
export function ownerOf(name: string): { readonly alive: boolean | undefined; readonly keep: string | undefined } {
  const [, host, pid, keep] = /^([0-9a-f]{8})-(\d+)-[0-9a-f]{12}(?:\.([0-9a-f]{64}))?$/.exec(name) ?? [];
  return { alive: host === token() && pid ? isAlive(Number(pid)) : undefined, keep };
}

/** Whether this process, in any of its threads, made a temporary file of this name. */
export function isOwn(name: string): boolean {
  return name.startsWith(`${token()}-${process.pid}-`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** Moves a finished temporary file into place, making the folder if needed. */
export async function moveIntoPlace(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    await rename(from, to);
  }
}

/** Writes a small file so that readers see the old bytes or the new ones, never a part. */
export async function writeWhole(paths: StorePaths, target: string, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
  const temporary = temporaryPath(paths);
  try {
    await writeSynced(temporary, bytes);
    await moveIntoPlace(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw diskError(error, 'write to the store');
  }
}

/** Writes a new file, of its owner alone, and waits until the disk has it; of several parts one after the other. */
export async function writeSynced(path: string, bytes: Uint8Array | readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** The state of a file that is in use now. Its time is moved once a day, which is how `prune` knows what is old. Without waiting, see `readRecord`. */
export function used(path: string): { readonly size: number } | undefined {
  const found = attempt(() => statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return undefined;
  const now = Date.now();
  if (now - found.mtimeMs > day) attempt(() => utimesSync(path, now / 1000, now / 1000));
  return found;
}

/** What `work` gives; undefined if it fails. */
export function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

/** Makes a folder that only its owner can enter. */
export async function makePrivate(directory: string): Promise<void> {
  const made = await makeFolder(directory);
  // mkdir subtracts the umask, which can leave less than the owner needs.
  if (made) await chmod(directory, 0o700);
}

/** Whether it was made now. Not Node's recursive form: that never ends where mkdir says ENOENT though the parent is there, as in /proc. */
async function makeFolder(directory: string): Promise<boolean> {
  try {
    return await makeOne(directory);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    // Another process may have made the parent since.
    if (!isFolder(dirname(directory))) await makeFolder(dirname(directory));
    return await makeOne(directory);
  }
}

async function makeOne(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST' && isFolder(directory)) return false;
    throw error;
  }
}

export function isFolder(path: string): boolean {
  return attempt(() => statSync(path, { throwIfNoEntry: false }))?.isDirectory() === true;
}
