import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type DiffId, type Digest, digestOf, hexOf } from '../digest.ts';

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

/** `blobs-v1/sha256/ab/ab…`: 256 folders keep directories small. */
export function blobPath(paths: StorePaths, digest: Digest | DiffId): string {
  const hex = hexOf(digest);
  return join(paths.blobs, hex.slice(0, 2), hex);
}

export function layerPath(paths: StorePaths, recipe: Digest): string {
  return join(paths.layers, `${hexOf(recipe)}.json`);
}

/** Keys may be any text, so the file is named by their hash. `kind` must be a plain lower-case word. */
export function documentPath(paths: StorePaths, kind: string, key: string): string {
  if (!/^[a-z][a-z0-9-]*$/.test(kind)) throw new TypeError(`not a document kind: ${JSON.stringify(kind)}`);
  return join(paths.documents, kind, `${hexOf(digestOf(key))}.json`);
}

export function partialPath(paths: StorePaths, expected: Digest): string {
  return join(paths.partial, hexOf(expected));
}
