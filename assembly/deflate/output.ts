// The compressed bytes: bits from the lowest up (RFC 1951 §3.1.1). Between two calls fewer than 8 bits are pending.
import { distanceExtra, lengthBase, lengthExtra, lengthSlot, MAX_MATCH, MIN_MATCH } from './alphabet';

/** Room for what one call can give: nothing is ever longer than its stored form. */
export const OUTPUT_SIZE: usize = 400 * 1024;
export const OUTPUT: usize = memory.data(400 * 1024, 16);

let at: usize = OUTPUT;
let pending: u64 = 0;
let pendingCount: u64 = 0;

export function written(): usize {
  return at - OUTPUT;
}

export function rewind(): void {
  at = OUTPUT;
}

/** The stream goes on behind these bits, less than 8. */
export function setPending(bits: u32, count: u32): void {
  pending = bits;
  pendingCount = count;
}

export function pendingBits(): u64 {
  return pendingCount;
}

/** At most 57 bits. */
export function putBits(bits: u64, count: u64): void {
  pending |= bits << pendingCount;
  pendingCount += count;
  store<u64>(at, pending);
  at += <usize>(pendingCount >> 3);
  pending >>= pendingCount & 56;
  pendingCount &= 7;
}

/** Zero bits up to the next byte. */
export function align(): void {
  if (pendingCount > 0) putBits(0, 8 - pendingCount);
}

/** One stored block (RFC 1951 §3.2.4) of at most 65,535 bytes. */
export function putStored(bytes: usize, size: u32, isLast: bool): void {
  putBits(isLast ? 1 : 0, 3);
  align();
  putBits(size | ((size ^ 0xffff) << 16), 32);
  memory.copy(at, bytes, size);
  at += size;
}

/** Code and extra bits of every length, by the length: bits << 8 | how many. */
const LENGTH_CODES: usize = memory.data(260 * 4);

function fillLengthCodes(codes: usize): void {
  for (let length = MIN_MATCH; length <= MAX_MATCH; length++) {
    const slot = lengthSlot(length);
    const code = load<u32>(codes + ((257 + slot) << 2));
    const size = code & 255;
    const bits = (code >> 8) | ((length - lengthBase(slot)) << size);
    store<u32>(LENGTH_CODES + (length << 2), (bits << 8) | (size + lengthExtra(slot)));
  }
}

/**
 * A sequence: some literals, then a match or none. 8 bytes: literals (24 bits), length (9, or 0), distance symbol (5), and from bit 40
 * distance (16).
 */
// @inline
export function sequenceOf(literals: u32, length: u32, slot: u32, distance: u32): u64 {
  return <u64>literals | ((<u64>length) << 24) | ((<u64>slot) << 33) | ((<u64>distance) << 40);
}

/** Writes sequences from `from` to `end`, whose literals are in the file at `bytes`, by the given codes. */
export function putSequences(from: usize, end: usize, bytes: usize, literalCodes: usize, distanceCodes: usize): void {
  fillLengthCodes(literalCodes);
  let bits = pending;
  let count = pendingCount;
  let to = at;
  for (; from < end; from += 8) {
    const sequence = load<u64>(from);
    let literals = <usize>sequence & 0xffffff;
    for (; literals >= 3; literals -= 3) {
      const a = load<u32>(literalCodes + ((<usize>load<u8>(bytes)) << 2));
      const b = load<u32>(literalCodes + ((<usize>load<u8>(bytes, 1)) << 2));
      const c = load<u32>(literalCodes + ((<usize>load<u8>(bytes, 2)) << 2));
      bits |= (<u64>(a >> 8)) << count;
      count += a & 255;
      bits |= (<u64>(b >> 8)) << count;
      count += b & 255;
      bits |= (<u64>(c >> 8)) << count;
      count += c & 255;
      store<u64>(to, bits);
      to += <usize>(count >> 3);
      bits >>= count & 56;
      count &= 7;
      bytes += 3;
    }
    for (; literals > 0; literals--) {
      const code = load<u32>(literalCodes + ((<usize>load<u8>(bytes++)) << 2));
      bits |= (<u64>(code >> 8)) << count;
      count += code & 255;
    }
    store<u64>(to, bits);
    to += <usize>(count >> 3);
    bits >>= count & 56;
    count &= 7;
    const length = <usize>(sequence >> 24) & 511;
    if (length === 0) continue;
    bytes += length;
    const code = load<u32>(LENGTH_CODES + (length << 2));
    bits |= (<u64>(code >> 8)) << count;
    count += code & 255;
    const slot = <u32>(sequence >> 33) & 31;
    const extra = distanceExtra(slot);
    const distanceCode = load<u32>(distanceCodes + (slot << 2));
    bits |= (<u64>(distanceCode >> 8)) << count;
    count += distanceCode & 255;
    bits |= (<u64>(<u32>(sequence >> 40) - 1) & (((<u64>1) << extra) - 1)) << count;
    count += extra;
    store<u64>(to, bits);
    to += <usize>(count >> 3);
    bits >>= count & 56;
    count &= 7;
  }
  pending = bits;
  pendingCount = count;
  at = to;
}
