import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { type Digest, hexOf } from '../digest.ts';
import { FileBlobWriter } from './blobs.ts';
import type { StorePaths } from './directory.ts';
import { diskError, moveIntoPlace, temporaryPath } from './disk.ts';
import { partialPath } from './paths.ts';
import type { PartialBlob } from './types.ts';

/**
 * An unfinished download. It is taken by renaming it to a temporary name of this process: rename is atomic, so exactly one process
 * goes on with the earlier bytes and any other starts its own file. Giving up renames it back.
 */
class FilePartialBlob extends FileBlobWriter implements PartialBlob {
  private readonly home: string;

  constructor(paths: StorePaths, file: { readonly path: string; readonly handle: FileHandle }, home: string) {
    super(paths, file.path, file.handle);
    this.home = home;
  }

  get offset(): number {
    return this.size;
  }

  /** Reads what is there, so that the hash covers the whole file. */
  async resume(): Promise<void> {
    const chunk = Buffer.allocUnsafe(1024 * 1024);
    for (;;) {
      const { bytesRead } = await this.opened().read(chunk, 0, chunk.length, this.size);
      if (bytesRead === 0) return;
      this.hash.update(chunk.subarray(0, bytesRead));
      this.size += bytesRead;
    }
  }

  async restart(): Promise<void> {
    await this.opened().truncate(0);
    this.hash = createHash('sha256');
    this.size = 0;
  }

  override async abort(): Promise<void> {
    if (this.file === undefined) return;
    await this.close();
    const other = await stat(this.home).catch(() => undefined);
    if (this.size === 0 || (other !== undefined && other.size >= this.size)) await rm(this.temporary, { force: true });
    else await moveIntoPlace(this.temporary, this.home);
  }
}

/** Takes up an unfinished download, or starts one. */
export async function openPartial(paths: StorePaths, expected: Digest): Promise<PartialBlob> {
  const home = partialPath(paths, expected);
  const path = temporaryPath(paths, hexOf(expected));
  const found = await rename(home, path).then(
    () => true,
    () => false,
  );
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, found ? 'r+' : 'wx+', 0o600);
    const blob = new FilePartialBlob(paths, { path, handle }, home);
    if (found) await blob.resume();
    return blob;
  } catch (error) {
    await handle?.close();
    await rm(path, { force: true });
    throw diskError(error, 'write to the store');
  }
}
