import { blockSize } from './header.ts';
import { damaged, HeaderParser, type TarHeader } from './parse.ts';

/** One entry while the archive streams by. `content` is valid until the next entry is asked for; what is not read is skipped. */
export interface TarStreamEntry {
  readonly header: TarHeader;
  readonly content: AsyncIterable<Uint8Array>;
}

/**
 * Reads ustar, pax and GNU long names from a stream of tar bytes (uncompressed). Sparse files, unknown types, `..` in paths and wrong
 * checksums are TAR_DAMAGED. Memory does not grow with the archive or its entries.
 */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<TarStreamEntry> {
  const reader = new BlockReader(source);
  const parser = new HeaderParser();
  try {
    for (;;) {
      const block = await reader.take(blockSize, true);
      if (block === undefined) return;
      const step = parser.step(block);
      if (step.kind === 'end') return;
      if (step.kind === 'skip') await reader.skip(padded(step.size));
      else if (step.kind === 'extension') {
        const bytes = await reader.take(padded(step.size), false);
        parser.extend(step.flag, (bytes ?? new Uint8Array(0)).subarray(0, step.size));
      } else {
        const left = { bytes: step.header.size };
        yield { header: step.header, content: reader.content(left) };
        await reader.skip(left.bytes + padded(step.header.size) - step.header.size);
      }
    }
  } finally {
    await reader.close();
  }
}

/** Hands out exact numbers of bytes from chunks of any size. */
class BlockReader {
  private readonly source: AsyncIterator<Uint8Array>;
  private chunk: Uint8Array = new Uint8Array(0);

  constructor(source: AsyncIterable<Uint8Array>) {
    this.source = source[Symbol.asyncIterator]();
  }

  /** `size` bytes in one piece; undefined at the end of the stream if that is allowed here. */
  async take(size: number, endAllowed: boolean): Promise<Uint8Array | undefined> {
    if (this.chunk.length >= size) return this.cut(size);
    const bytes = new Uint8Array(size);
    for (let filled = 0; filled < size; ) {
      const part = await this.next(size - filled);
      if (part === undefined && filled === 0 && endAllowed) return undefined;
      if (part === undefined) throw damaged('it ends in the middle');
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  async skip(size: number): Promise<void> {
    for (let left = size; left > 0; ) {
      const part = await this.next(left);
      if (part === undefined) throw damaged('it ends in the middle');
      left -= part.length;
    }
  }

  async *content(left: { bytes: number }): AsyncGenerator<Uint8Array> {
    while (left.bytes > 0) {
      const part = await this.next(left.bytes);
      if (part === undefined) throw damaged('it ends in the middle');
      left.bytes -= part.length;
      yield part;
    }
  }

  async close(): Promise<void> {
    await this.source.return?.();
  }

  private async next(limit: number): Promise<Uint8Array | undefined> {
    while (this.chunk.length === 0) {
      const { done, value } = await this.source.next();
      if (done === true) return undefined;
      this.chunk = value;
    }
    return this.cut(Math.min(limit, this.chunk.length));
  }

  private cut(size: number): Uint8Array {
    const part = this.chunk.subarray(0, size);
    this.chunk = this.chunk.subarray(size);
    return part;
  }
}

/** An archive held in memory: every entry with its bytes (a view, not a copy). For small archives; same rules as `readTar`. */
export function* readTarBytes(bytes: Uint8Array): Generator<TarHeader & { readonly data: Uint8Array }> {
  const source = { size: bytes.length, read: (at: number, length: number) => bytes.subarray(at, at + length) };
  for (const { at, ...header } of readTarAt(source)) yield { ...header, data: bytes.subarray(at, at + header.size) };
}

/** An archive that can be read at any place. */
export interface TarSource {
  readonly size: number;
  read(at: number, length: number): Uint8Array;
}

/** The entries of an archive with the place of their bytes, of which none is read; same rules as `readTar`. */
export function* readTarAt(source: TarSource): Generator<TarHeader & { readonly at: number }> {
  const parser = new HeaderParser();
  for (let at = 0; at < source.size; ) {
    const step = parser.step(part(source, at, blockSize));
    at += blockSize;
    if (step.kind === 'end') return;
    const size = step.kind === 'entry' ? step.header.size : step.size;
    if (at + size > source.size) throw damaged('it ends in the middle');
    if (step.kind === 'extension') parser.extend(step.flag, part(source, at, size));
    if (step.kind === 'entry') yield { ...step.header, at };
    at += padded(size);
  }
}

function part(source: TarSource, at: number, size: number): Uint8Array {
  if (at + size > source.size) throw damaged('it ends in the middle');
  return source.read(at, size);
}

function padded(size: number): number {
  return Math.ceil(size / blockSize) * blockSize;
}
