import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asDiffId, asDigest, type Digest, digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { asLayerParts } from '../layer-parts.ts';
import { asRoots } from '../layer-roots.ts';
import { openBlob, startBlob, wasWritten } from './blobs.ts';
import { type StorePaths, storeDirectory, storePaths } from './directory.ts';
import { day, diskError, errnoOf, isFolder, makePrivate, ownerOf, used, writeWhole } from './disk.ts';
import { openPartial } from './partial.ts';
import { blobPath, documentPath, layerPath } from './paths.ts';
import { readRecord, writeRecord } from './records.ts';
import type { Store, StoredLayer } from './types.ts';

const tag = 'Signature: 8a477f597d28d172789f06886806bc55\n# This directory is a cache of wherry. It can be deleted at any time.\n';

/**
 * Opens the store, making it if needed: `directory`, else the one that `env` names. Removes what killed processes left behind.
 * Errors: STORE_UNSAFE (another user owns the directory), STORE_UNUSABLE, STORE_FULL.
 */
export async function openStore(options: {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}): Promise<Store> {
  const paths = storePaths(options.directory ?? storeDirectory(options.env));
  try {
    await prepare(paths);
  } catch (error) {
    throw diskError(error, `open the store ${paths.root}`);
  }
  return storeAt(paths);
}

async function prepare(paths: StorePaths): Promise<void> {
  await makePrivate(paths.root);
  await checkOwner(paths.root);
  const folders = [paths.blobs, paths.layers, paths.documents, paths.compiled, paths.partial, paths.temporary];
  await Promise.all(folders.filter((folder) => !isFolder(folder)).map(makePrivate));
  await writeFile(join(paths.root, 'CACHEDIR.TAG'), tag, { flag: 'wx', mode: 0o600 }).catch((error: unknown) => {
    if (errnoOf(error) !== 'EEXIST') throw error;
  });
  await sweep(paths);
}

/** Layer records are believed, so nobody else may be able to write them (DESIGN §2.3). */
async function checkOwner(root: string): Promise<void> {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  const found = await stat(root);
  if (found.uid === uid && (found.mode & 0o022) === 0) return;
  const reason = found.uid === uid ? 'others can write to it' : `it belongs to user ${found.uid}, this is user ${uid}`;
  const hint =
    found.uid === uid ? `run: chmod 700 ${root}` : 'set WHERRY_CACHE_DIR to a directory of your own, or change the owner of this one';
  throw new ToolError('STORE_UNSAFE', `refused to use the store ${root}: ${reason}`, { hint });
}

/** Removes temporary files of dead processes; unfinished downloads among them are kept for the next try. */
async function sweep(paths: StorePaths): Promise<void> {
  for (const name of await readdir(paths.temporary)) {
    const path = join(paths.temporary, name);
    const owner = ownerOf(name);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined || owner.alive === true) continue;
    if (owner.alive === undefined && Date.now() - found.mtimeMs < day) continue;
    if (owner.keep && found.size > 0) await rename(path, join(paths.partial, owner.keep)).catch(() => undefined);
    else await rm(path, { force: true, recursive: true });
  }
}

function storeAt(paths: StorePaths): Store {
  return {
    directory: paths.root,
    has: async (digest) => used(blobPath(paths, digest))?.size,
    path: (digest) => blobPath(paths, digest),
    wrote: (digest) => wasWritten(blobPath(paths, digest)),
    open: (digest) => openBlob(paths, digest),
    read: (digest) => readBlob(paths, digest),
    put: (bytes) => putBlob(paths, bytes),
    writer: () => startBlob(paths),
    partial: (expected) => openPartial(paths, expected),
    layer: async (recipe) => readLayer(paths, recipe),
    putLayer: (recipe, layer) => writeRecord(paths, layerPath(paths, recipe), layer),
    document: async (kind, key) => readRecord(documentPath(paths, kind, key)),
    putDocument: (kind, key, value) => writeRecord(paths, documentPath(paths, kind, key), value),
  };
}

async function readBlob(paths: StorePaths, digest: Digest): Promise<Uint8Array | undefined> {
  const path = blobPath(paths, digest);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) return undefined;
  if (digestOf(bytes) === digest) return bytes;
  await rm(path, { force: true });
  return undefined;
}

async function putBlob(paths: StorePaths, bytes: Uint8Array): Promise<Digest> {
  const digest = digestOf(bytes);
  const known = used(blobPath(paths, digest));
  if (known?.size !== bytes.length) await writeWhole(paths, blobPath(paths, digest), bytes);
  return digest;
}

function readLayer(paths: StorePaths, recipe: Digest): StoredLayer | undefined {
  const path = layerPath(paths, recipe);
  const layer = asLayer(readRecord(path));
  if (layer === undefined) return undefined;
  const blob = used(blobPath(paths, layer.digest));
  if (blob?.size !== layer.size) return undefined;
  used(path);
  return layer;
}

/** A layer record, or undefined if it has another shape. */
export function asLayer(value: unknown): StoredLayer | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { digest, diffId, size, tarSize, ...rest } = value as Record<string, unknown>;
  const parts = asLayerParts(rest.parts);
  const roots = asRoots(rest.roots);
  if (typeof digest !== 'string' || typeof diffId !== 'string' || typeof size !== 'number' || typeof tarSize !== 'number') return undefined;
  try {
    return { digest: asDigest(digest), diffId: asDiffId(diffId), size, tarSize, ...(parts && { parts }), ...(roots && { roots }) };
  } catch {
    return undefined;
  }
}
