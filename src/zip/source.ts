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

const chunkSize = 1024 * 1024;

/** Buffers that nobody reads into. More than one is only needed while several ranges are read in turns. */
const idle: Buffer[] = [];

/**
 * Yields `length` bytes from `offset` in chunks of at most 1 MiB, each valid until the next is asked for: a new buffer for each of thousands
 * of files is garbage that piles up faster than it is collected. The file is open only while this is consumed.
 */
export function* readRange(file: FileReference, range: { offset: number; length: number }): Generator<Buffer> {
  const fd = typeof file === 'number' ? file : openSync(file, 'r');
  const buffer = idle.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
  try {
    const end = range.offset + range.length;
    for (let at = range.offset; at < end; at += chunkSize) {
      const chunk = buffer.subarray(0, Math.min(chunkSize, end - at));
      readInto(fd, chunk, at);
      yield chunk;
    }
  } finally {
    idle.push(buffer);
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
      readInto(fd, buffer, offset);
      return buffer;
    },
  };
}

function readInto(fd: number, buffer: Buffer, offset: number): void {
  for (let done = 0; done < buffer.length; ) {
    const count = readSync(fd, buffer, done, buffer.length - done, offset + done);
    if (count === 0) throw new Error(`file ended at ${offset + done}, wanted ${offset + buffer.length}`);
    done += count;
  }
}
