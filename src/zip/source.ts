import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** Random access to a file for the time of one `withFile` call. */
export interface ByteSource {
  readonly size: number;
  /** Exactly `length` bytes; the caller has checked the bounds against `size`. */
  read(offset: number, length: number): Buffer;
}

/** A path, opened per use, or a file descriptor that stays the caller's. */
export type FileReference = string | number;

/** Opens the file, runs `use`, and closes what was opened. */
export function withFile<T>(file: FileReference, use: (source: ByteSource) => T): T {
  const fd = typeof file === 'number' ? file : openSync(file, 'r');
  try {
    return use(sourceOf(fd));
  } finally {
    if (typeof file !== 'number') closeSync(fd);
  }
}

/** Yields `length` bytes from `offset` in chunks of at most `chunkSize`; the file is open only while this is consumed. */
export function* readRange(file: FileReference, range: { offset: number; length: number; chunkSize: number }): Generator<Buffer> {
  const fd = typeof file === 'number' ? file : openSync(file, 'r');
  try {
    const source = sourceOf(fd);
    const end = range.offset + range.length;
    for (let at = range.offset; at < end; at += range.chunkSize) yield source.read(at, Math.min(range.chunkSize, end - at));
  } finally {
    if (typeof file !== 'number') closeSync(fd);
  }
}

function sourceOf(fd: number): ByteSource {
  return {
    get size() {
      return fstatSync(fd).size;
    },
    read(offset, length) {
      const buffer = Buffer.allocUnsafe(length);
      let done = 0;
      while (done < length) {
        const count = readSync(fd, buffer, done, length - done, offset + done);
        if (count === 0) throw new Error(`file ended at ${offset + done}, wanted ${offset + length}`);
        done += count;
      }
      return buffer;
    },
  };
}
