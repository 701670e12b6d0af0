import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DeflatedPiece, DeflateEnd } from '../src/deflated.ts';
import { InflateError, inflatePieces } from '../src/inflate/index.ts';

/** Repeatable bytes that look random. */
export function noise(length: number, seed = 1): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${seed}:${index}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

/** Parts of `size` bytes. */
export function* parts(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

export interface Inflated extends DeflateEnd {
  readonly bytes: Buffer;
  /** The stream with BFINAL of the last block cleared. */
  readonly raw: Buffer;
}

/** Everything that our decoder says of a stream. */
export function inflateWhole(chunks: Iterable<Uint8Array>): Inflated {
  return collect(inflatePieces(chunks));
}

export function collect(pieces: Generator<DeflatedPiece, DeflateEnd>): Inflated {
  const kinds: Record<DeflatedPiece['kind'], Buffer[]> = { plain: [], raw: [] };
  for (let step = pieces.next(); ; step = pieces.next()) {
    if (step.done === true) return { ...step.value, bytes: Buffer.concat(kinds.plain), raw: Buffer.concat(kinds.raw) };
    kinds[step.value.kind].push(Buffer.from(step.value.bytes));
  }
}

/** Bytes, or why there are none: 'invalid' or 'trailing'. */
export type Verdict = Buffer | string;

export function ourVerdict(chunks: Iterable<Uint8Array>): Verdict {
  try {
    return inflateWhole(chunks).bytes;
  } catch (error) {
    if (error instanceof InflateError) return error.reason;
    throw error;
  }
}

/** What zlib says, with the rule that the stream ends in its last byte. */
export function zlibVerdict(stream: Uint8Array): Verdict {
  let result: { buffer: Buffer; engine: { bytesWritten: number } };
  try {
    result = inflateRawSync(stream, { info: true }) as unknown as typeof result;
  } catch {
    return 'invalid';
  }
  return result.engine.bytesWritten === stream.length ? result.buffer : 'trailing';
}

export function isSame(one: Verdict, other: Verdict): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other;
  return one.equals(other);
}

/** A stream of several blocks: what zlib makes of each part, joined at byte boundaries. */
export function joined(bytes: readonly Uint8Array[], options: { level?: number; strategy?: number; memLevel?: number } = {}): Buffer {
  const sync = 2; // Z_SYNC_FLUSH
  return Buffer.concat(
    bytes.map((part, index) => deflateRawSync(part, index < bytes.length - 1 ? { ...options, finishFlush: sync } : options)),
  );
}
