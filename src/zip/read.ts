import { crc32, zstdDecompressSync } from 'node:zlib';
import { type Deflated, type DeflatedPiece, type DeflateEnd, watchPlain } from '../deflated.ts';
import { InflateError, inflate, inflatePieces } from '../inflate/index.ts';
import { unsafe, type ZipRule } from './rules.ts';
import { type FileReference, readRange } from './source.ts';
import type { ZipEntry } from './types.ts';

const chunkSize = 1024 * 1024;

/** Decompresses one entry in chunks of at most 1 MiB, each valid until the next is asked for, and verifies size, CRC-32 and the end of the stream; throws ARCHIVE_UNSAFE. */
export function* readEntry(file: FileReference, entry: ZipEntry, archive: string): Generator<Uint8Array> {
  const content = new ContentCheck(entry, archive);
  try {
    for (const piece of decompress(file, entry)) {
      content.add(piece);
      for (let at = 0; at < piece.length; at += chunkSize) yield piece.subarray(at, at + chunkSize);
    }
  } catch (cause) {
    throw content.translate(cause);
  }
  content.end();
}

/** The entry as the deflate stream that it is, verified like `readEntry`; undefined if it is compressed in another way or not at all. */
export function deflatedEntry(file: FileReference, entry: ZipEntry, archive: string): Deflated | undefined {
  if (entry.method !== 'deflate') return undefined;
  return { size: entry.compressedSize, crc32: entry.crc32, pieces: () => deflatedPieces(file, entry, archive) };
}

function* deflatedPieces(file: FileReference, entry: ZipEntry, archive: string): Generator<DeflatedPiece, DeflateEnd> {
  const content = new ContentCheck(entry, archive);
  try {
    const end = yield* watchPlain(inflatePieces(rawChunks(file, entry)), (bytes) => content.add(bytes));
    content.end();
    return end;
  } catch (cause) {
    throw content.translate(cause);
  }
}

function rawChunks(file: FileReference, entry: ZipEntry): Generator<Buffer> {
  return readRange(file, { offset: entry.dataOffset, length: entry.compressedSize });
}

function decompress(file: FileReference, entry: ZipEntry): Iterable<Uint8Array> {
  const raw = rawChunks(file, entry);
  if (entry.method === 'deflate') return inflate(raw);
  return entry.method === 'stored' ? raw : [decompressZstd(Buffer.concat([...copies(raw)]), entry.size)];
}

function* copies(chunks: Iterable<Buffer>): Generator<Uint8Array> {
  for (const chunk of chunks) yield Uint8Array.from(chunk);
}

function decompressZstd(input: Buffer, size: number): Uint8Array {
  try {
    // With `info`, it also tells how much input was used.
    const output: unknown = zstdDecompressSync(input, { maxOutputLength: size + 1, info: true });
    const { buffer, engine } = output as { buffer: Uint8Array; engine: { bytesWritten: number } };
    if (engine.bytesWritten === input.length) return buffer;
  } catch {
    throw new InflateError('invalid');
  }
  throw new InflateError('trailing');
}

/** Compares the bytes of an entry with what its headers promise. */
class ContentCheck {
  readonly #entry: ZipEntry;
  readonly #archive: string;
  #size = 0;
  #crc = 0;

  constructor(entry: ZipEntry, archive: string) {
    this.#entry = entry;
    this.#archive = archive;
  }

  add(bytes: Uint8Array): void {
    this.#size += bytes.length;
    if (this.#size > this.#entry.size) throw this.#refuse('data-size');
    this.#crc = crc32(bytes, this.#crc);
  }

  end(): void {
    if (this.#size !== this.#entry.size) throw this.#refuse('data-size');
    if (this.#crc !== this.#entry.crc32) throw this.#refuse('data-crc');
  }

  translate(cause: unknown): unknown {
    return cause instanceof InflateError ? this.#refuse(cause.reason === 'invalid' ? 'data-invalid' : 'data-trailing') : cause;
  }

  #refuse(rule: ZipRule): Error {
    return unsafe(this.#archive, rule, this.#entry.path);
  }
}
