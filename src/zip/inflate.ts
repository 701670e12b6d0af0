import { type HuffmanTable, huffmanTable } from './huffman.ts';

const windowSize = 32 * 1024;
const outputSize = 1024 * 1024;
const maxMatch = 258;
/** Longer than any dynamic block header, so that headers are parsed without looking for input. */
const headerRoom = 1024;
const lengthBase = Uint16Array.of(
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11,
  13,
  15,
  17,
  19,
  23,
  27,
  31,
  35,
  43,
  51,
  59,
  67,
  83,
  99,
  115,
  131,
  163,
  195,
  227,
  258,
);
const lengthExtra = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0);
const distanceBase = Uint16Array.from({ length: 30 }, (_, code) => (code < 2 ? code + 1 : ((2 + (code & 1)) << ((code >> 1) - 1)) + 1));
const distanceExtra = Uint8Array.from({ length: 30 }, (_, code) => (code < 2 ? 0 : (code >> 1) - 1));
const codeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Why a stream was refused: damaged, or ended before the last byte that was given. */
export class InflateError extends Error {
  readonly reason: 'invalid' | 'trailing';

  constructor(reason: 'invalid' | 'trailing') {
    super(`deflate stream: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Decompresses a raw deflate stream (RFC 1951) piece by piece in bounded memory, where `node:zlib` has no synchronous way.
 * Throws `InflateError` for damage, for distances before the start of the output, and for bytes after the final block.
 */
export function* inflate(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  const state = new Inflater(chunks[Symbol.iterator]());
  try {
    while (!state.finished) {
      const final = state.startBlock();
      while (state.fillBlock()) yield state.takeOutput();
      if (final) state.finish();
    }
    yield state.takeOutput();
  } finally {
    state.close();
  }
}

interface Tables {
  readonly literals: HuffmanTable;
  readonly distances: HuffmanTable;
}

class Inflater {
  finished = false;
  readonly #chunks: Iterator<Uint8Array>;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** End of real input in `#input`; zeros may follow once the last chunk was taken. */
  #end = 0;
  #drained = false;
  #hold = 0;
  #bits = 0;
  readonly #output = new Uint8Array(windowSize + outputSize);
  #start = 0;
  #written = 0;
  #tables: Tables | undefined;
  #storedLeft = 0;

  constructor(chunks: Iterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  close(): void {
    this.#chunks.return?.();
  }

  /** Reads a block header; returns whether the block is the last one. */
  startBlock(): boolean {
    this.#ensure(headerRoom);
    const final = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 3) throw new InflateError('invalid');
    this.#tables = type === 0 ? undefined : type === 1 ? fixedTables : this.#readTables();
    if (type === 0) this.#startStored();
    return final;
  }

  /** Decodes until the block ends (false) or the output buffer is full (true). */
  fillBlock(): boolean {
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

  /** After the last block: the stream must end in the last byte that was given. */
  finish(): void {
    this.#ensure(1);
    const used = this.#at - (this.#bits >> 3);
    if (used > this.#end) throw new InflateError('invalid');
    if (used < this.#end || !this.#drained) throw new InflateError('trailing');
    this.finished = true;
  }

  /** Makes `count` more bytes readable, or takes the last chunk and lets zeros follow. */
  #ensure(count: number): void {
    while (!this.#drained && this.#end - this.#at < count) {
      const next = this.#chunks.next();
      this.#drained = next.done === true;
      const chunk = next.done === true ? new Uint8Array(headerRoom * 2) : next.value;
      const rest = this.#input.subarray(this.#at, this.#end);
      const joined = new Uint8Array(rest.length + chunk.length);
      joined.set(rest);
      joined.set(chunk, rest.length);
      this.#input = joined;
      this.#at = 0;
      this.#end = next.done === true ? rest.length : joined.length;
    }
    if (this.#at - (this.#bits >> 3) > this.#end) throw new InflateError('invalid');
  }

  #take(count: number): number {
    while (this.#bits < count) {
      this.#hold |= (this.#input[this.#at++] ?? 0) << this.#bits;
      this.#bits += 8;
    }
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#bits -= count;
    return value;
  }

  #symbol(table: HuffmanTable): number {
    while (this.#bits < table.bits) {
      this.#hold |= (this.#input[this.#at++] ?? 0) << this.#bits;
      this.#bits += 8;
    }
    const entry = table.entries[this.#hold & ((1 << table.bits) - 1)] ?? 0;
    if (entry === 0) throw new InflateError('invalid');
    this.#hold >>>= entry & 15;
    this.#bits -= entry & 15;
    return entry >> 4;
  }

  #readTables(): Tables {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const codeCount = this.#take(4) + 4;
    if (literalCount > 286 || distanceCount > 30) throw new InflateError('invalid');
    const codeLengths = new Uint8Array(19);
    for (const symbol of codeOrder.slice(0, codeCount)) codeLengths[symbol] = this.#take(3);
    const lengths = this.#readLengths(tableOf(codeLengths), literalCount + distanceCount);
    if (lengths[256] === 0) throw new InflateError('invalid');
    return { literals: tableOf(lengths.subarray(0, literalCount)), distances: tableOf(lengths.subarray(literalCount)) };
  }

  #readLengths(codes: HuffmanTable, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) throw new InflateError('invalid');
      const value = symbol === 16 ? (lengths[at - 1] ?? 0) : 0;
      const times = symbol === 16 ? 3 + this.#take(2) : symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7);
      if (at + times > count) throw new InflateError('invalid');
      lengths.fill(value, at, at + times);
      at += times;
    }
    return lengths;
  }

  #startStored(): void {
    this.#take(this.#bits & 7);
    const length = this.#take(16);
    if ((this.#take(16) ^ 0xffff) !== length) throw new InflateError('invalid');
    // Whole bytes that were read ahead go back.
    this.#at -= this.#bits >> 3;
    this.#bits = 0;
    this.#hold = 0;
    this.#storedLeft = length;
  }

  #copyStored(): boolean {
    while (this.#storedLeft > 0) {
      this.#ensure(1);
      const room = this.#output.length - this.#written;
      const count = Math.min(this.#storedLeft, this.#end - this.#at, room);
      if (room === 0) return true;
      if (count === 0) throw new InflateError('invalid');
      this.#output.set(this.#input.subarray(this.#at, this.#at + count), this.#written);
      this.#written += count;
      this.#at += count;
      this.#storedLeft -= count;
    }
    return false;
  }

  #decode(tables: Tables): boolean {
    const limit = this.#output.length - maxMatch;
    for (;;) {
      // A symbol with its distance takes at most 48 bits.
      if (this.#end - this.#at < 8) this.#ensure(8);
      if (this.#written > limit) return true;
      const symbol = this.#symbol(tables.literals);
      if (symbol === 256) return false;
      if (symbol < 256) this.#output[this.#written++] = symbol;
      else this.#copyMatch(symbol - 257, tables.distances);
    }
  }

  #copyMatch(lengthCode: number, distances: HuffmanTable): void {
    if (lengthCode > 28) throw new InflateError('invalid');
    const length = (lengthBase[lengthCode] ?? 0) + this.#take(lengthExtra[lengthCode] ?? 0);
    const code = this.#symbol(distances);
    if (code > 29) throw new InflateError('invalid');
    const distance = (distanceBase[code] ?? 0) + this.#take(distanceExtra[code] ?? 0);
    const output = this.#output;
    let to = this.#written;
    let from = to - distance;
    if (from < 0) throw new InflateError('invalid');
    this.#written = to + length;
    while (to < this.#written) output[to++] = output[from++] ?? 0;
  }
}

function tableOf(lengths: Uint8Array): HuffmanTable {
  const table = huffmanTable(lengths);
  if (table === undefined) throw new InflateError('invalid');
  return table;
}

const fixedTables: Tables = {
  literals: tableOf(Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8))),
  distances: tableOf(new Uint8Array(32).fill(5)),
};
