import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { type Digest, digestOf, hexOf } from '../digest.ts';
import { lost } from './blobs.ts';
import { storePaths } from './directory.ts';
import { blobPath } from './paths.ts';

/** Path of a blob whose bytes were just hashed; a damaged one is removed. Without waiting, for workers. Errors: STORE_DAMAGED. */
export function checkedPath(directory: string, digest: Digest): string {
  const path = blobPath(storePaths(directory), digest);
  if (hashOfFile(path) === hexOf(digest)) return path;
  rmSync(path, { force: true });
  throw lost(digest);
}

/** Path of a blob that this process checked when it stored it (`Store.wrote`). Errors: STORE_DAMAGED, if it is gone. */
export function presentPath(directory: string, digest: Digest): string {
  const path = blobPath(storePaths(directory), digest);
  if (!existsSync(path)) throw lost(digest);
  return path;
}

/** A whole blob, verified; for workers. Errors: STORE_DAMAGED. */
export function checkedBytes(directory: string, digest: Digest): Uint8Array {
  const path = blobPath(storePaths(directory), digest);
  const bytes = attempt(() => readFileSync(path));
  if (bytes !== undefined && digestOf(bytes) === digest) return bytes;
  rmSync(path, { force: true });
  throw lost(digest);
}

function hashOfFile(path: string): string | undefined {
  const file = attempt(() => openSync(path, 'r'));
  if (file === undefined) return undefined;
  try {
    const hash = createHash('sha256');
    const chunk = Buffer.allocUnsafe(1024 * 1024);
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) hash.update(chunk.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}
