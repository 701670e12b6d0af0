import { createHash, type Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { asDigest, type Digest, hexOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { StorePaths } from './directory.ts';
import { diskError, moveIntoPlace, temporaryPath } from './disk.ts';
import { blobPath } from './paths.ts';
import type { BlobWriter } from './types.ts';

/** Paths of the blobs that this process made. */
const written = new Set<string>();

/** Whether this process hashed the blob at this path when it wrote it. */
export function wasWritten(path: string): boolean {
  return written.has(path);
}

/** A file that is written and hashed at once, then moved into place. Every failure of the disk removes the file. */
export class FileBlobWriter implements BlobWriter {
  protected readonly paths: StorePaths;
  protected temporary: string;
  protected file: FileHandle | undefined;
  protected hash: Hash = createHash('sha256');
  protected size = 0;

  constructor(paths: StorePaths, temporary: string, file: FileHandle) {
    this.paths = paths;
    this.temporary = temporary;
    this.file = file;
  }

  /**
   * The chunk is written before anything else happens: of a download that runs ahead of a slower writer, tens of megabytes would lie in memory.
   */
  async write(chunk: Uint8Array): Promise<void> {
    const file = this.opened();
    let done = 0;
    try {
      while (done < chunk.length) done += writeSync(file.fd, chunk, done, chunk.length - done, this.size + done);
    } catch (error) {
      await this.discard();
      throw diskError(error, 'write to the store');
    }
    this.hash.update(chunk);
    this.size += chunk.length;
  }

  async commit(expected?: Digest): Promise<{ readonly digest: Digest; readonly size: number }> {
    const file = this.opened();
    const digest = asDigest(`sha256:${this.hash.digest('hex')}`);
    if (expected !== undefined && digest !== expected) {
      await this.discard();
      throw new ToolError('BLOB_HASH', 'received other bytes than expected', { details: [`expected ${expected}`, `found    ${digest}`] });
    }
    try {
      await file.sync();
      await this.close();
      await moveIntoPlace(this.temporary, blobPath(this.paths, digest));
      written.add(blobPath(this.paths, digest));
    } catch (error) {
      await this.discard();
      throw diskError(error, 'keep a file in the store');
    }
    return { digest, size: this.size };
  }

  async abort(): Promise<void> {
    if (this.file !== undefined) await this.discard();
  }

  protected async close(): Promise<void> {
    const file = this.file;
    this.file = undefined;
    await file?.close();
  }

  protected async discard(): Promise<void> {
    await this.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }

  protected opened(): FileHandle {
    if (this.file === undefined) throw new TypeError('the blob writer is closed');
    return this.file;
  }
}

/** Starts a new blob in a temporary file. */
export async function startBlob(paths: StorePaths): Promise<BlobWriter> {
  const temporary = temporaryPath(paths);
  try {
    return new FileBlobWriter(paths, temporary, await open(temporary, 'wx', 0o600));
  } catch (error) {
    throw diskError(error, 'write to the store');
  }
}

/** Streams a blob; other bytes than its name promises remove the file and fail the stream with STORE_DAMAGED. */
export async function openBlob(paths: StorePaths, digest: Digest): Promise<Readable> {
  const path = blobPath(paths, digest);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw lost(digest);
  // Opened when the first bytes are wanted: a stream that nobody reads must not hold a file.
  return Readable.from(checked(path, digest), { objectMode: false, highWaterMark: 1024 * 1024 });
}

async function* checked(path: string, digest: Digest): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r').catch(() => undefined);
  if (file === undefined) throw lost(digest);
  const hash = createHash('sha256');
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(512 * 1024);
      const { bytesRead } = await file.read(chunk, 0, chunk.length, null);
      if (bytesRead === 0) break;
      hash.update(chunk.subarray(0, bytesRead));
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
  if (hash.digest('hex') === hexOf(digest)) return;
  await rm(path, { force: true });
  throw lost(digest);
}

/** The error of a blob that is absent or was found damaged. */
export function lost(digest: Digest): ToolError {
  const hint = 'run the command again: what is missing is made or downloaded anew';
  return new ToolError('STORE_DAMAGED', `the store has no intact copy of ${digest}`, { hint });
}
