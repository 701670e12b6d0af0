import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { diskError } from './disk.ts';
import { temporaryIn } from './sink.ts';

/** A file for what would take too much memory. It has no name, so nothing is left of it when it is closed or the process ends. */
export interface Scratch {
  /** Bytes written so far. */
  readonly size: number;
  /** Appends. */
  write(bytes: Uint8Array): void;
  /** A copy of bytes that were written. */
  read(offset: number, length: number): Uint8Array;
  /** The same in pieces, each valid until another read: nothing grows with `length`. */
  pieces(offset: number, length: number): Iterable<Uint8Array>;
  close(): void;
}

const pieceSize = 256 * 1024;

/** Opens an empty scratch file in the store at `directory`. Without waiting, for workers. Errors of all calls: STORE_FULL, STORE_UNUSABLE. */
export function openScratch(directory: string): Scratch {
  const path = temporaryIn(directory);
  const file = attempt(() => openSync(path, 'wx+', 0o600));
  rmSync(path, { force: true });
  const buffer = Buffer.allocUnsafeSlow(pieceSize);
  let size = 0;
  const fill = (target: Uint8Array, offset: number) => {
    if (offset + target.length > size) throw new RangeError('read beyond what was written');
    for (let done = 0; done < target.length; ) done += readSync(file, target, done, target.length - done, offset + done);
    return target;
  };
  return {
    get size() {
      return size;
    },
    write: (bytes) => {
      for (let done = 0; done < bytes.length; ) done += attempt(() => writeSync(file, bytes, done, bytes.length - done, size + done));
      size += bytes.length;
    },
    read: (offset, length) => attempt(() => fill(Buffer.allocUnsafeSlow(length), offset)),
    *pieces(offset, length) {
      for (let at = 0; at < length; at += pieceSize) yield attempt(() => fill(buffer.subarray(0, length - at), offset + at));
    },
    close: () => closeSync(file),
  };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? error : diskError(error, 'use a scratch file of the store');
  }
}
