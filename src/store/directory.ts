import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Where things lie below the store's directory. The version is in the folder names, so formats of several releases live side by side. */
export interface StorePaths {
  readonly root: string;
  readonly blobs: string;
  readonly layers: string;
  readonly documents: string;
  readonly partial: string;
  /** Files of interpreters, in folders named by the integrity of their package. */
  readonly interpreters: string;
  /** Memory of started interpreters. */
  readonly snapshots: string;
  /** Bytecode of single files. */
  readonly compiled: string;
  /** What Node keeps of our own code in compiled form. */
  readonly code: string;
  readonly temporary: string;
}

/** The store's directory: WHERRY_CACHE_DIR, else XDG_CACHE_HOME/wherry, else ~/.cache/wherry. */
export function storeDirectory(env: Readonly<Record<string, string | undefined>>): string {
  if (env.WHERRY_CACHE_DIR) return resolve(env.WHERRY_CACHE_DIR);
  if (env.XDG_CACHE_HOME?.startsWith('/')) return join(env.XDG_CACHE_HOME, 'wherry');
  return join(env.HOME || homedir(), '.cache', 'wherry');
}

/** The folders of a store. */
export function storePaths(root: string): StorePaths {
  return {
    root,
    blobs: join(root, 'blobs-v1', 'sha256'),
    layers: join(root, 'layers-v1'),
    documents: join(root, 'documents-v1'),
    partial: join(root, 'partial-v1'),
    interpreters: join(root, 'interpreters-v1'),
    snapshots: join(root, 'snapshots-v1'),
    compiled: join(root, 'compiled-v1'),
    code: join(root, 'code-v1'),
    temporary: join(root, 'tmp'),
  };
}
