import type { DeflatedPiece, DeflateEnd } from '../deflated.ts';
import { loadWasm, type WasmMemory } from '../wasm.ts';

/** Why a stream was refused: damaged, or ended before the last byte that was given. */
export class InflateError extends Error {
  readonly reason: 'invalid' | 'trailing';

  constructor(reason: 'invalid' | 'trailing') {
    super(`deflate stream: ${reason}`);
    this.reason = reason;
  }
}

/** assembly/inflate.ts. Addresses are of its memory. */
interface Module extends WasmMemory {
  reset(): void;
  feed(count: number): number;
  run(): number;
  plain(): number;
  plainEnd(): number;
  raw(): number;
  rawEnd(): number;
  unused(): number;
  lastBlockBit(): number;
  endBit(): number;
}

const full = 1;
const done = 2;
const invalid = 3;
const maxInput = 1024 * 1024;

/** Instances that nobody uses. More than two are only needed while many streams are read in turns. */
const idle: Decoder[] = [];
const maxIdle = 2;

/**
 * Decompresses a raw deflate stream (RFC 1951) that is given in parts of any size. Yields the plain bytes and the stream itself as
 * `DeflatedPiece` says, in bounded memory. Throws `InflateError`: 'invalid' for what zlib refuses too and for a stream without end,
 * 'trailing' for bytes after the final block.
 */
export function* inflatePieces(chunks: Iterable<Uint8Array>): Generator<DeflatedPiece, DeflateEnd> {
  const decoder = idle.pop() ?? new Decoder();
  decoder.module.reset();
  try {
    let isDone = false;
    for (const part of cut(chunks)) {
      if (isDone) throw new InflateError('trailing');
      isDone = yield* decoder.decode(part);
    }
    if (!isDone) throw new InflateError('invalid');
    return { lastBlock: decoder.module.lastBlockBit(), end: decoder.module.endBit() };
  } finally {
    if (idle.length < maxIdle) idle.push(decoder);
  }
}

/** The plain bytes only; each piece is valid until the next is asked for. Throws as `inflatePieces`. */
export function* inflate(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of inflatePieces(chunks)) if (piece.kind === 'plain') yield piece.bytes;
}

/** Parts that are not empty and fit the decoder. */
function* cut(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const chunk of chunks) for (let at = 0; at < chunk.length; at += maxInput) yield chunk.subarray(at, at + maxInput);
}

class Decoder {
  readonly module: Module;
  readonly #memory: Uint8Array;

  constructor() {
    this.module = loadWasm<Module>('inflate/inflate');
    this.#memory = new Uint8Array(this.module.memory.buffer);
  }

  /** Uses all of `part`; returns whether the stream ended with it. */
  *decode(part: Uint8Array): Generator<DeflatedPiece, boolean> {
    const { module } = this;
    this.#memory.set(part, module.feed(part.length));
    let status = full;
    while (status === full) {
      status = module.run();
      if (status === invalid) throw new InflateError('invalid');
      const bytes = this.#memory.subarray(module.plain(), module.plainEnd());
      if (bytes.length > 0) yield { kind: 'plain', bytes };
    }
    if (status === done && module.unused() > 0) throw new InflateError('trailing');
    const bytes = this.#memory.subarray(module.raw(), module.rawEnd());
    if (bytes.length > 0) yield { kind: 'raw', bytes };
    return status === done;
  }
}
