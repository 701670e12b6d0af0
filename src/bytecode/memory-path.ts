import { join } from 'node:path';
import { digestOf, hexOf } from '../digest.ts';
import { privateFolder } from '../store/index.ts';
import type { Interpreter } from './interpreters.ts';

/** What a stored memory depends on beside its interpreter. */
export interface MemoryKey {
  /** Whose memory it is. */
  readonly prefix: 'cpython' | 'backend';
  /** Raised when what is stored changes without a change of anything else in the key. */
  readonly format: number;
  /** The Python program that has run in it. */
  readonly program: string;
  /** Whether modules come from the compiled library. */
  readonly library: boolean;
  readonly versions?: Pick<NodeJS.ProcessVersions, 'node' | 'v8'>;
}

/**
 * Where the memory of a started interpreter is stored. It holds addresses that depend on the engine that runs it, and places in the library: one of
 * another Node crashes.
 */
export async function memoryPath(
  store: string,
  { integrity, minor }: Interpreter,
  { prefix, format, program, library, versions = process.versions }: MemoryKey,
): Promise<string> {
  const key = digestOf(JSON.stringify([format, integrity, program, library, versions.node, versions.v8, process.arch]));
  return join(await privateFolder(store, 'snapshots'), `${prefix}-${minor}-${hexOf(key)}`);
}
