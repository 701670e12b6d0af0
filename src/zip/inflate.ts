import { BitReader, InflateError } from './bits.ts';
import { type BlockTables, fixedTables, readTables } from './block-tables.ts';
import type { HuffmanTable } from './huffman.ts';

const windowSize = 32 * 1024;
const outputSize = 1024 * 1024;
const maxMatch = 258;
/** Longer than any dynamic block header, so that headers are parsed without looking for input. */
const headerRoom = 1024;
/** A symbol with its distance takes at most 48 bits. */
const symbolRoom = 8;
/** RFC 1951 §3.2.5; the last length code has no extra bits. */
const lengthExtra = Uint8Array.from({ length: 29 }, (_, code) => (code < 8 || code === 28 ? 0 : (code >> 2) - 1));
const lengthBase = Uint16Array.from({ length: 29 }, (_, code) =>
  code < 8 ? code + 3 : code === 28 ? 258 : ((4 + (code & 3)) << ((code >> 2) - 1)) + 3,
);
const distanceExtra = Uint8Array.from({ length: 30 }, (_, code) => (code < 2 ? 0 : (code >> 1) - 1));
const distanceBase = Uint16Array.from({ length: 30 }, (_, code) => (code < 2 ? code + 1 : ((2 + (code & 1)) << ((code >> 1) - 1)) + 1));

/**
 * Decompresses a raw deflate stream (RFC 1951) piece by piece in bounded memory, where `node:zlib` has no synchronous way.
 * Throws `InflateError` for damage, for distances before the start of the output, and for bytes after the final block.
 */
export function* inflate(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const bits = new BitReader(chunks[Symbol.iterator]());
  const blocks = new BlockDecoder(bits);
  try {
    for (let final = false; !final; ) {
      final = blocks.start();
      while (blocks.fill()) yield blocks.takeOutput();
    }
    bits.checkEnd();
    yield blocks.takeOutput();
  } finally {
    bits.close();
  }
}

class BlockDecoder {
  readonly #bits: BitReader;
  readonly #output = new Uint8Array(windowSize + outputSize);
  #start = 0;
  #written = 0;
  /** Undefined in a stored block. */
  #tables: BlockTables | undefined;
  #storedLeft = 0;

  constructor(bits: BitReader) {
    this.#bits = bits;
  }

  /** Reads a block header; returns whether the block is the last one. */
  start(): boolean {
    this.#bits.ensure(headerRoom);
    const final = this.#bits.take(1) === 1;
    const type = this.#bits.take(2);
    if (type === 3) throw new InflateError('invalid');
    this.#tables = type === 0 ? undefined : type === 1 ? fixedTables : readTables(this.#bits);
    if (type === 0) this.#startStored();
    return final;
  }

  /** Decodes until the block ends (false) or the output buffer is full (true). */
  fill(): boolean {
    return this.#tables === undefined ? this.#copyStored() : this.#decode(this.#tables);
  }

  /** The bytes written since the last call; keeps the window behind them. */
  takeOutput(): Uint8Array {
    const taken = this.#output.slice(this.#start, this.#written);
    const keep = Math.min(this.#written, windowSize);
    this.#output.copyWithin(0, this.#written - keep, this.#written);
    this.#start = keep;
    this.#written = keep;
    return taken;
  }

  #startStored(): void {
    this.#bits.alignToByte();
    const length = this.#bits.take(16);
    if ((this.#bits.take(16) ^ 0xffff) !== length) throw new InflateError('invalid');
    this.#storedLeft = length;
  }

  #copyStored(): boolean {
    while (this.#storedLeft > 0) {
      const room = this.#output.length - this.#written;
      if (room === 0) return true;
      const count = this.#bits.copyBytes(this.#output, this.#written, Math.min(this.#storedLeft, room));
      this.#written += count;
      this.#storedLeft -= count;
    }
    return false;
  }

  #decode(tables: BlockTables): boolean {
    const limit = this.#output.length - maxMatch;
    for (;;) {
      this.#bits.ensure(symbolRoom);
      if (this.#written > limit) return true;
      const symbol = this.#bits.symbol(tables.literals);
      if (symbol === 256) return false;
      if (symbol < 256) this.#output[this.#written++] = symbol;
      else this.#copyMatch(symbol - 257, tables.distances);
    }
  }

  #copyMatch(lengthCode: number, distances: HuffmanTable): void {
    if (lengthCode > 28) throw new InflateError('invalid');
    const length = (lengthBase[lengthCode] ?? 0) + this.#bits.take(lengthExtra[lengthCode] ?? 0);
    const code = this.#bits.symbol(distances);
    if (code > 29) throw new InflateError('invalid');
    const distance = (distanceBase[code] ?? 0) + this.#bits.take(distanceExtra[code] ?? 0);
    const output = this.#output;
    let to = this.#written;
    let from = to - distance;
    if (from < 0) throw new InflateError('invalid');
    this.#written = to + length;
    while (to < this.#written) output[to++] = output[from++] ?? 0;
  }
}
