import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { storePaths } from './directory.ts';
import { attempt, used, writeWhole } from './disk.ts';

/** The bytes begin here, where any typed array may begin. */
const sealSize = 64;

/** Writes bytes below their SHA-256, so that damage is noticed; atomically, mode 0600. Errors: STORE_FULL, STORE_UNUSABLE. */
export async function writeSealed(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  const seal = Buffer.alloc(sealSize);
  seal.set(sealOf(bytes));
  await writeWhole(storePaths(directory), path, [seal, bytes]);
}

/** The bytes of a sealed file; undefined if it is absent. A damaged one is removed. Without waiting, for workers. */
export function readSealed(path: string): Uint8Array | undefined {
  const bytes = sealedBytes(path);
  if (bytes === 'damaged') attempt(() => rmSync(path, { force: true }));
  else if (bytes !== undefined) used(path);
  return bytes === 'damaged' ? undefined : bytes;
}

/** Reads without changing anything. */
export function sealedBytes(path: string): Uint8Array | 'damaged' | undefined {
  const file = attempt(() => readFileSync(path));
  if (file === undefined) return undefined;
  if (file.length < sealSize) return 'damaged';
  const bytes = new Uint8Array(file.buffer, file.byteOffset + sealSize, file.length - sealSize);
  return sealOf(bytes).equals(file.subarray(0, sealSize / 2)) ? bytes : 'damaged';
}

function sealOf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
