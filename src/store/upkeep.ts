import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type StorePaths, storePaths } from './directory.ts';
import { diskError, errnoOf, ownerOf } from './disk.ts';
import { folderState } from './folder.ts';
import { asLayer } from './open.ts';
import { blobPath } from './paths.ts';
import { readRecord } from './records.ts';
import { sealedBytes } from './sealed.ts';

/** What a store holds; bytes of files. */
export interface StoreSize {
  readonly bytes: number;
  readonly blobs: number;
  readonly layers: number;
  readonly partials: number;
  /** Interpreters that were fetched, and stored memory of started ones. */
  readonly interpreters: number;
  readonly snapshots: number;
}

/** What `wherry cache verify` found; `problems` are sentences, empty in a clean store. */
export interface StoreCheck {
  readonly blobs: number;
  readonly layers: number;
  readonly documents: number;
  readonly problems: readonly string[];
}

interface Found {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
}

async function filesBelow(directory: string): Promise<Found[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        const found = await stat(path).catch(() => undefined);
        return found && { path, size: found.size, mtimeMs: found.mtimeMs };
      }),
  );
  return files.filter((file) => file !== undefined).sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Counts what the store at `directory` holds. */
export async function sizeOfStore(directory: string): Promise<StoreSize> {
  const paths = storePaths(directory);
  const [all, blobs, layers, partials, snapshots] = await Promise.all(
    [paths.root, paths.blobs, paths.layers, paths.partial, paths.snapshots].map(filesBelow),
  );
  const bytes = all?.reduce((sum, file) => sum + file.size, 0) ?? 0;
  const interpreters = (await foldersIn(paths.interpreters)).length;
  const counts = { blobs: blobs?.length ?? 0, layers: layers?.length ?? 0, partials: partials?.length ?? 0 };
  return { bytes, ...counts, interpreters, snapshots: snapshots?.length ?? 0 };
}

/**
 * Removes what was not used for `olderThanDays` (default 30), or everything with `all`. Records go before the blobs that they name.
 * Returns the bytes and files removed.
 */
export async function pruneStore(
  directory: string,
  options: { readonly olderThanDays?: number; readonly all?: boolean } = {},
): Promise<{ readonly bytes: number; readonly files: number }> {
  const paths = storePaths(directory);
  const limit = options.all ? Number.POSITIVE_INFINITY : Date.now() - (options.olderThanDays ?? 30) * 24 * 60 * 60 * 1000;
  let bytes = 0;
  let files = 0;
  const remove = async (file: Found) => {
    await rm(file.path, { force: true });
    bytes += file.size;
    files += 1;
  };
  for (const folder of [paths.layers, paths.documents, paths.compiled, paths.partial, paths.snapshots, paths.code, paths.blobs]) {
    for (const file of await filesBelow(folder)) if (file.mtimeMs < limit) await remove(file);
  }
  for (const folder of await foldersIn(paths.interpreters)) {
    const found = await filesBelow(folder);
    if (found.some((file) => file.mtimeMs >= limit)) continue;
    for (const file of found) await remove(file);
    await rm(folder, { recursive: true, force: true });
  }
  return { bytes, files };
}

/** An interpreter's files are used and removed together. */
async function foldersIn(directory: string): Promise<string[]> {
  return (await readdir(directory).catch(() => [])).map((name) => join(directory, name));
}

/** Hashes every blob again and checks that layer records are whole and name existing blobs. Changes nothing. */
export async function verifyStore(directory: string): Promise<StoreCheck> {
  const paths = storePaths(directory);
  const [blobs, layers, documents, temporary] = await Promise.all(
    [paths.blobs, paths.layers, paths.documents, paths.temporary].map(filesBelow),
  );
  const problems: string[] = [];
  for (const blob of blobs ?? []) {
    const hash = await hashFile(blob.path);
    if (hash !== undefined && hash !== basename(blob.path)) problems.push(`blob ${basename(blob.path)} has other bytes than its name says`);
  }
  for (const record of layers ?? []) {
    const layer = asLayer(readRecord(record.path));
    if (layer === undefined) problems.push(`layer record ${basename(record.path)} is damaged`);
    else if ((await stat(blobPath(paths, layer.digest)).catch(() => undefined))?.size !== layer.size) {
      problems.push(`layer record ${basename(record.path)} names ${layer.digest}, which is not there`);
    }
  }
  for (const record of documents ?? []) {
    if (readRecord(record.path) === undefined) problems.push(`document ${basename(record.path)} is damaged`);
  }
  problems.push(...(await privateProblems(paths)));
  // Files of processes that are at work, here or on another machine, are no problem.
  const left = (temporary ?? []).filter((file) => ownerOf(basename(file.path)).alive === false);
  for (const file of left) problems.push(`temporary file ${basename(file.path)} is left`);
  return { blobs: blobs?.length ?? 0, layers: layers?.length ?? 0, documents: documents?.length ?? 0, problems };
}

async function privateProblems(paths: StorePaths): Promise<string[]> {
  const problems: string[] = [];
  for (const folder of await foldersIn(paths.interpreters)) {
    if ((await folderState(folder)) === 'damaged') problems.push(`interpreter ${basename(folder)} is damaged`);
  }
  for (const { path } of await filesBelow(paths.snapshots)) {
    if (!path.endsWith('.lock') && sealedBytes(path) === 'damaged') problems.push(`stored memory ${basename(path)} is damaged`);
  }
  return problems;
}

/** Undefined if another process removed the file. */
async function hashFile(path: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Uint8Array);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw diskError(error, 'read the store');
  }
  return hash.digest('hex');
}
