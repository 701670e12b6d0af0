import type { HuffmanTable } from './huffman.ts';

/** Why a stream was refused: damaged, or ended before the last byte that was given. */
export class InflateError extends Error {
  readonly reason: 'invalid' | 'trailing';

  constructor(reason: 'invalid' | 'trailing') {
    super(`deflate stream: ${reason}`);
    this.reason = reason;
  }
}

/** Zeros that follow the last real byte, so that nothing reads beyond the buffer before the end is noticed. */
const padding = new Uint8Array(2048);

/** Reads a chunked stream bit by bit, least significant first (RFC 1951 §3.1.1). Reading past the end is found by `ensure` and `checkEnd`. */
export class BitReader {
  readonly #chunks: Iterator<Uint8Array>;
  #input: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** End of real input in `#input`. */
  #end = 0;
  #drained = false;
  #hold = 0;
  #bits = 0;

  constructor(chunks: Iterator<Uint8Array>) {
    this.#chunks = chunks;
  }

  close(): void {
    this.#chunks.return?.();
  }

  /** Makes `count` (at most 1024) more bytes readable, be they zeros after the end; throws if more than the real ones were used. */
  ensure(count: number): void {
    if (this.#end - this.#at >= count) return;
    while (!this.#drained && this.#end - this.#at < count) this.#takeChunk();
    if (this.#used > this.#end) throw new InflateError('invalid');
  }

  #takeChunk(): void {
    const next = this.#chunks.next();
    this.#drained = next.done === true;
    const chunk = next.done === true ? padding : next.value;
    const rest = this.#input.subarray(this.#at, this.#end);
    this.#input = new Uint8Array(rest.length + chunk.length);
    this.#input.set(rest);
    this.#input.set(chunk, rest.length);
    this.#at = 0;
    this.#end = next.done === true ? rest.length : this.#input.length;
  }

  get #used(): number {
    return this.#at - (this.#bits >> 3);
  }

  /** A number of at most 16 bits. */
  take(count: number): number {
    this.#fill(count);
    const value = this.#hold & ((1 << count) - 1);
    this.#drop(count);
    return value;
  }

  /** The next symbol of a Huffman code. */
  symbol(table: HuffmanTable): number {
    this.#fill(table.bits);
    const entry = table.entries[this.#hold & ((1 << table.bits) - 1)] ?? 0;
    if (entry === 0) throw new InflateError('invalid');
    this.#drop(entry & 15);
    return entry >> 4;
  }

  #fill(count: number): void {
    while (this.#bits < count) {
      this.#hold |= (this.#input[this.#at++] ?? 0) << this.#bits;
      this.#bits += 8;
    }
  }

  #drop(count: number): void {
    this.#hold >>>= count;
    this.#bits -= count;
  }

  /** Leaves out the bits up to the next byte. */
  alignToByte(): void {
    this.#drop(this.#bits & 7);
  }

  /** Copies up to `count` whole bytes, after `alignToByte`; returns how many. */
  copyBytes(output: Uint8Array, at: number, count: number): number {
    this.#at = this.#used;
    this.#bits = 0;
    this.#hold = 0;
    this.ensure(1);
    const bytes = this.#input.subarray(this.#at, Math.min(this.#end, this.#at + count));
    if (bytes.length === 0) throw new InflateError('invalid');
    output.set(bytes, at);
    this.#at += bytes.length;
    return bytes.length;
  }

  /** Throws unless exactly all bytes were used; bits left over in the last one do not count. */
  checkEnd(): void {
    this.ensure(1);
    if (this.#used < this.#end || !this.#drained) throw new InflateError('trailing');
  }
}
