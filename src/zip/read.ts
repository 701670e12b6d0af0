import { crc32, inflateRawSync, zstdDecompressSync } from 'node:zlib';
import { InflateError } from './bits.ts';
import { inflate } from './inflate.ts';
import { unsafe, type ZipRule } from './rules.ts';
import { type FileReference, readRange } from './source.ts';
import type { ZipEntry } from './types.ts';

/** Entries up to this size are decompressed in one native call, which is several times faster. */
const wholeEntry = 16 * 1024 * 1024;
const chunkSize = 1024 * 1024;

/** Decompresses one entry in chunks of at most a few MiB and verifies size, CRC-32 and the end of the stream; throws ARCHIVE_UNSAFE. */
export function* readEntry(file: FileReference, entry: ZipEntry, archive: string): Generator<Uint8Array> {
  const refuse = (rule: ZipRule) => unsafe(archive, rule, entry.path);
  let crc = 0;
  let size = 0;
  try {
    for (const piece of decompress(file, entry)) {
      size += piece.length;
      if (size > entry.size) throw refuse('data-size');
      crc = crc32(piece, crc);
      for (let at = 0; at < piece.length; at += chunkSize) yield piece.subarray(at, at + chunkSize);
    }
  } catch (cause) {
    throw cause instanceof InflateError ? refuse(cause.reason === 'invalid' ? 'data-invalid' : 'data-trailing') : cause;
  }
  if (size !== entry.size) throw refuse('data-size');
  if (crc !== entry.crc32) throw refuse('data-crc');
}

function decompress(file: FileReference, entry: ZipEntry): Iterable<Uint8Array> {
  const raw = readRange(file, { offset: entry.dataOffset, length: entry.compressedSize, chunkSize });
  if (entry.method === 'stored') return raw;
  if (entry.method === 'zstd') return [whole(raw, (bytes) => zstdDecompressSync(bytes, { maxOutputLength: entry.size + 1, info: true }))];
  if (entry.size > wholeEntry || entry.compressedSize > wholeEntry) return inflate(raw);
  return [whole(raw, (bytes) => inflateRawSync(bytes, { maxOutputLength: entry.size + 1, info: true }))];
}

/** With `info`, the native functions also tell how much input they used. */
function whole(chunks: Iterable<Uint8Array>, native: (bytes: Uint8Array) => unknown): Uint8Array {
  const input = Buffer.concat([...chunks]);
  const { buffer, engine } = attempt(() => native(input) as { buffer: Uint8Array; engine: { bytesWritten: number } });
  if (engine.bytesWritten !== input.length) throw new InflateError('trailing');
  return buffer;
}

function attempt<T>(native: () => T): T {
  try {
    return native();
  } catch {
    throw new InflateError('invalid');
  }
}
