import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Digest } from '../digest.ts';
import { storePaths } from './directory.ts';
import { diskError, temporaryPath } from './disk.ts';
import { blobPath } from './paths.ts';

/** A blob written without waiting, for worker threads that make layers. */
export interface BlobSink {
  write(chunk: Uint8Array): void;
  /** Closes, fsyncs and renames to the place of `digest`, which the caller took of the bytes that it wrote. */
  commit(digest: Digest): void;
  /** Removes the temporary file; does nothing after `commit`. */
  abort(): void;
}

const bufferSize = 256 * 1024;

/** A new temporary path in the store at `directory`, so that whoever stops a worker can remove what it left. */
export function temporaryIn(directory: string): string {
  return temporaryPath(storePaths(directory));
}

/** Starts a blob in the store at `directory`. Errors: STORE_FULL, STORE_UNUSABLE. */
export function blobSink(directory: string, temporary = temporaryIn(directory)): BlobSink {
  const paths = storePaths(directory);
  const buffer = Buffer.allocUnsafe(bufferSize);
  let file: number | undefined = attempt(() => openSync(temporary, 'wx', 0o600));
  let held = 0;
  let committed = false;

  const flush = (bytes: Uint8Array) => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file ?? -1, bytes, done);
  };
  const flushHeld = () => {
    flush(buffer.subarray(0, held));
    held = 0;
  };
  return {
    write: (chunk) =>
      attempt(() => {
        if (held + chunk.length > bufferSize) flushHeld();
        if (chunk.length >= bufferSize) return flush(chunk);
        buffer.set(chunk, held);
        held += chunk.length;
      }),
    commit: (digest) =>
      attempt(() => {
        flushHeld();
        fsyncSync(file ?? -1);
        closeSync(file ?? -1);
        file = undefined;
        mkdirSync(dirname(blobPath(paths, digest)), { recursive: true, mode: 0o700 });
        renameSync(temporary, blobPath(paths, digest));
        committed = true;
      }),
    abort: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
      if (!committed) rmSync(temporary, { force: true });
    },
  };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw diskError(error, 'write to the store');
  }
}
