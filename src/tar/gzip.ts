import { crc32 } from 'node:zlib';
import { Deflate } from 'fflate';

/**
 * Compression is part of the recipe format: its output depends on level, memory and the boundaries of what is pushed, so all three are
 * fixed here. A change of any of them, or of fflate's output, needs a new `recipeFormat`.
 */
const level = 6;
const memory = 8;
const pushSize = 262_144;

/** RFC 1952: deflate, no flags, mtime 0, no extra flags, unknown OS. So no name and no time. */
const gzipHeader = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** Gzips with bytes that depend on the input alone, not on how it is cut into chunks, the platform or the Node version. */
export function* gzipDeterministic(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const deflate = new Deflate({ level, mem: memory }, (bytes) => ready.push(bytes));
  let checksum = 0;
  let size = 0;
  yield gzipHeader;
  let held: Uint8Array | undefined;
  for (const piece of recut(chunks)) {
    if (held !== undefined) deflate.push(held, false);
    yield* ready.splice(0);
    checksum = crc32(piece, checksum);
    size += piece.length;
    held = piece;
  }
  deflate.push(held ?? new Uint8Array(0), true);
  yield* ready.splice(0);
  yield trailer(checksum, size);
}

/**
 * Pieces of exactly `pushSize` bytes, but for the last. Each stays valid while the next one is asked for and read, not longer: two buffers
 * take turns, because a new one per piece is garbage that piles up faster than it is collected.
 */
function* recut(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let [piece, other] = [new Uint8Array(pushSize), new Uint8Array(pushSize)];
  let filled = 0;
  for (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const part = chunk.subarray(from, from + pushSize - filled);
      piece.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < pushSize) continue;
      yield piece;
      [piece, other] = [other, piece];
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

function trailer(checksum: number, size: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32LE(checksum, 0);
  bytes.writeUInt32LE(size % 2 ** 32, 4);
  return bytes;
}
