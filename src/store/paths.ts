import { join } from 'node:path';
import { type DiffId, type Digest, digestOf, hexOf } from '../digest.ts';
import type { StorePaths } from './directory.ts';

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
