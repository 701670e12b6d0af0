/** SipHash-1-3 words as pairs of 32-bit halves, low half first: "somepseudorandomlygeneratedbytes". */
const start = [0x70736575, 0x736f6d65, 0x6e646f6d, 0x646f7261, 0x6e657261, 0x6c796765, 0x79746573, 0x74656462] as const;

/**
 * The hash of a source in a hash-based `.pyc` (PEP 552): SipHash-1-3 with the interpreter's magic number as the key, as CPython 3.11 and later
 * compute it (`_imp.source_hash`). Takes the source in pieces.
 */
export class SourceHash {
  private readonly state = Int32Array.from(start);
  /** Bytes of an unfinished word. */
  private readonly rest = new Uint8Array(8);
  private filled = 0;
  private size = 0;

  /** `magic` is the first four bytes of a `.pyc` as a little-endian number. */
  constructor(magic: number) {
    this.state[0] = start[0] ^ magic;
    this.state[4] = start[4] ^ magic;
  }

  update(chunk: Uint8Array): void {
    this.size += chunk.length;
    let at = 0;
    while (this.filled > 0 && at < chunk.length) at += this.fill(chunk, at);
    for (; at + 8 <= chunk.length; at += 8) mix(this.state, word(chunk, at), word(chunk, at + 4));
    while (at < chunk.length) at += this.fill(chunk, at);
  }

  /** The 8 bytes as they stand in a `.pyc`, in hexadecimal. Call once. */
  digest(): string {
    this.rest.fill(0, this.filled);
    this.rest[7] = this.size & 0xff;
    const { state } = this;
    mix(state, word(this.rest, 0), word(this.rest, 4));
    state[4] = at(state, 4) ^ 0xff;
    for (let round = 0; round < 3; round++) sipRound(state);
    const result = Buffer.alloc(8);
    result.writeInt32LE(at(state, 0) ^ at(state, 2) ^ at(state, 4) ^ at(state, 6), 0);
    result.writeInt32LE(at(state, 1) ^ at(state, 3) ^ at(state, 5) ^ at(state, 7), 4);
    return result.toString('hex');
  }

  private fill(chunk: Uint8Array, from: number): number {
    const taken = Math.min(8 - this.filled, chunk.length - from);
    this.rest.set(chunk.subarray(from, from + taken), this.filled);
    this.filled += taken;
    if (this.filled < 8) return taken;
    mix(this.state, word(this.rest, 0), word(this.rest, 4));
    this.filled = 0;
    return taken;
  }
}

function at(state: Int32Array, index: number): number {
  return state[index] as number;
}

function word(bytes: Uint8Array, from: number): number {
  const byte = (index: number) => bytes[from + index] as number;
  return byte(0) | (byte(1) << 8) | (byte(2) << 16) | (byte(3) << 24);
}

function mix(state: Int32Array, low: number, high: number): void {
  state[6] = at(state, 6) ^ low;
  state[7] = at(state, 7) ^ high;
  sipRound(state);
  state[0] = at(state, 0) ^ low;
  state[1] = at(state, 1) ^ high;
}

/** The four words are v0 to v3, at 0, 2, 4 and 6. */
function sipRound(state: Int32Array): void {
  add(state, 0, 2);
  rotate(state, 2, 13);
  xor(state, 2, 0);
  swap(state, 0);
  add(state, 4, 6);
  rotate(state, 6, 16);
  xor(state, 6, 4);
  add(state, 0, 6);
  rotate(state, 6, 21);
  xor(state, 6, 0);
  add(state, 4, 2);
  rotate(state, 2, 17);
  xor(state, 2, 4);
  swap(state, 4);
}

function add(state: Int32Array, to: number, from: number): void {
  const low = (at(state, to) >>> 0) + (at(state, from) >>> 0);
  state[to] = low;
  state[to + 1] = at(state, to + 1) + at(state, from + 1) + (low > 0xffff_ffff ? 1 : 0);
}

function xor(state: Int32Array, to: number, from: number): void {
  state[to] = at(state, to) ^ at(state, from);
  state[to + 1] = at(state, to + 1) ^ at(state, from + 1);
}

/** To the left, by fewer than 32 bits. */
function rotate(state: Int32Array, index: number, bits: number): void {
  const [low, high] = [at(state, index), at(state, index + 1)];
  state[index] = (low << bits) | (high >>> (32 - bits));
  state[index + 1] = (high << bits) | (low >>> (32 - bits));
}

/** A rotation by 32 bits. */
function swap(state: Int32Array, index: number): void {
  const low = at(state, index);
  state[index] = at(state, index + 1);
  state[index + 1] = low;
}
