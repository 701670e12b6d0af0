import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { digestOf, hexOf } from '../digest.ts';
import { storePaths } from './directory.ts';
import { attempt, temporaryPath } from './disk.ts';

const hashSize = 32;

/** What a source compiles to: its bytecode, or `null` if it has none. */
export type Compiled = Uint8Array | null;

/** Whether `readCompiled` will probably find something; does not read it. */
export function hasCompiled(directory: string, key: string): boolean {
  return statSync(compiledPath(directory, key), { throwIfNoEntry: false }) !== undefined;
}

/** What was remembered under `key`; undefined if nothing was. What is damaged is removed. Without waiting, for workers. */
export function readCompiled(directory: string, key: string): Compiled | undefined {
  const path = compiledPath(directory, key);
  const bytes = attempt(() => readFileSync(path));
  if (bytes === undefined) return undefined;
  const compiled = bytes.subarray(hashSize);
  if (!hashOf(key, compiled).equals(bytes.subarray(0, hashSize))) {
    attempt(() => rmSync(path, { force: true }));
    return undefined;
  }
  return compiled.length === 0 ? null : compiled;
}

/** Remembers it. Not synced and never an error: what is lost is compiled again, what is torn is noticed by its hash. */
export function writeCompiled(directory: string, key: string, compiled: Compiled): void {
  const bytes = compiled ?? new Uint8Array(0);
  const path = compiledPath(directory, key);
  const temporary = temporaryPath(storePaths(directory));
  attempt(() => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, Buffer.concat([hashOf(key, bytes), bytes]), { mode: 0o600, flag: 'wx' });
    renameSync(temporary, path);
  });
  attempt(() => rmSync(temporary, { force: true }));
}

/** The key is in the hash, so that a file put in the place of another one is noticed too. */
function hashOf(key: string, bytes: Uint8Array): Buffer {
  return createHash('sha256').update(key).update('\n').update(bytes).digest();
}

function compiledPath(directory: string, key: string): string {
  const hex = hexOf(digestOf(key));
  return join(storePaths(directory).compiled, hex.slice(0, 2), hex);
}
