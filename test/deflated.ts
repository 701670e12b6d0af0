import { constants, crc32, deflateRawSync } from 'node:zlib';
import type { Deflated, DeflatedPiece } from '../src/deflated.ts';

export interface DeflatedOptions {
  /** The last bytes of the file, which the last block holds. Default: none. */
  readonly tail?: Uint8Array;
  /** The last block's form; a stored one ends with a whole byte. Default: `fixed`. */
  readonly form?: 'fixed' | 'stored';
  /** Bytes of a piece. Default: one piece. */
  readonly step?: number;
  /** Overrides, for streams that are not what they promise. */
  readonly wrong?: { readonly size?: number; readonly end?: number };
}

/** A made-up file as a deflate stream: `bytes` compressed by zlib, then `tail` in a last block made here. */
export function deflatedOf(bytes: Uint8Array, options: DeflatedOptions = {}): Deflated {
  const tail = options.tail ?? new Uint8Array(0);
  const front = bytes.length === 0 ? new Uint8Array(0) : deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH });
  const last = options.form === 'stored' ? storedBlock(tail) : fixedBlock(tail);
  const stream = Buffer.concat([front, last.bytes]);
  const file = Buffer.concat([bytes, tail]);
  const end = front.length * 8 + last.bits;
  const step = options.step ?? Number.POSITIVE_INFINITY;
  return {
    size: options.wrong?.size ?? stream.length,
    crc32: crc32(file),
    *pieces() {
      for (let at = 0; at < file.length || at < stream.length; at += step) {
        yield* piece('plain', file.subarray(at, at + step));
        yield* piece('raw', stream.subarray(at, at + step));
      }
      return { lastBlock: front.length * 8, end: options.wrong?.end ?? end };
    },
  };
}

/** Valid only until the next one, as the contract says. */
function* piece(kind: DeflatedPiece['kind'], bytes: Uint8Array): Generator<DeflatedPiece> {
  const copy = Uint8Array.from(bytes);
  yield { kind, bytes: copy };
  copy.fill(0xee);
}

interface Block {
  readonly bytes: Uint8Array;
  readonly bits: number;
}

/** RFC 1951 §3.2.4, BFINAL cleared. */
function storedBlock(bytes: Uint8Array): Block {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ 0xffff, 3);
  return { bytes: Buffer.concat([head, bytes]), bits: (5 + bytes.length) * 8 };
}

/** RFC 1951 §3.2.6, literals only, BFINAL cleared. Literals take 8 bits, those from 144 on 9. */
function fixedBlock(bytes: Uint8Array): Block {
  const codes = Array.from(bytes, (byte) => (byte < 144 ? (0x30 + byte).toString(2).padStart(8, '0') : (0x190 + byte - 144).toString(2)));
  const bits = `010${codes.join('')}0000000`;
  const packed = new Uint8Array(Math.ceil(bits.length / 8));
  for (let i = 0; i < bits.length; i += 1) if (bits[i] === '1') packed[i >> 3] = (packed[i >> 3] ?? 0) | (1 << (i & 7));
  return { bytes: packed, bits: bits.length };
}
