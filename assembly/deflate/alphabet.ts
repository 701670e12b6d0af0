// The symbols of RFC 1951 §3.2.5 and §3.2.6.

export const LITERALS: u32 = 286;
export const DISTANCES: u32 = 30;
export const END_OF_BLOCK: u32 = 256;
export const MIN_MATCH: u32 = 3;
export const MAX_MATCH: u32 = 258;

/** Frequencies of one alphabet after the other, 4 bytes each; distances begin at `DISTANCE_COUNTS`. */
export const DISTANCE_COUNTS: usize = 288 * 4;
export const COUNTS_SIZE: usize = (288 + 32) * 4;

/** Of a length: its symbol less 257. Of a symbol: the least length, and how many extra bits tell the length within it. */
const LENGTH_SLOTS: usize = memory.data(260);
const LENGTH_BASES: usize = memory.data(32 * 2);
const LENGTH_EXTRA: usize = memory.data(32);

// @inline
export function lengthSlot(length: u32): u32 {
  return load<u8>(LENGTH_SLOTS + length);
}

// @inline
export function lengthBase(slot: u32): u32 {
  return load<u16>(LENGTH_BASES + (slot << 1));
}

// @inline
export function lengthExtra(slot: u32): u32 {
  return load<u8>(LENGTH_EXTRA + slot);
}

/** The distance's symbol. Two symbols for every power of two, told apart by the bit below the highest. */
// @inline
export function distanceSlot(distance: u32): u32 {
  const value = distance - 1;
  if (value < 2) return value;
  const high = 31 - clz<u32>(value);
  return (high << 1) + ((value >> (high - 1)) & 1);
}

// @inline
export function distanceExtra(slot: u32): u32 {
  return slot < 2 ? 0 : (slot >> 1) - 1;
}

export function fillAlphabet(): void {
  let length: u32 = MIN_MATCH;
  for (let slot: u32 = 0; slot < 28; slot++) {
    const extra: u32 = slot < 8 ? 0 : (slot >> 2) - 1;
    store<u16>(LENGTH_BASES + (slot << 1), <u16>length);
    store<u8>(LENGTH_EXTRA + slot, <u8>extra);
    for (let i: u32 = 0; i < (<u32>1) << extra && length < MAX_MATCH; i++) store<u8>(LENGTH_SLOTS + length++, <u8>slot);
  }
  store<u16>(LENGTH_BASES + (28 << 1), <u16>MAX_MATCH);
  store<u8>(LENGTH_SLOTS + MAX_MATCH, 28);
}
