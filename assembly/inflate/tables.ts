// Decoding tables (RFC 1951 §3.2). An entry, u32:
//   bits 0-7   bits to leave behind: the code and the extra bits after it
//   bits 8-11  length of the code; of a link: bits that index the subtable
//   bit 12     end of block
//   bit 13     link to a subtable, which begins at entry `value` of the same table
//   bit 14     no such symbol
//   bits 16-30 value: literal, base of a length or distance, code length
//   bit 31     literal
import {
  CODE_MEANINGS,
  COUNTS,
  DISTANCE_MEANINGS,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  LENGTHS,
  LITERAL_MEANINGS,
  SORTED,
  STARTS,
} from './layout';

export const END: u32 = 0x1000;
export const LINK: u32 = 0x2000;
export const NONE: u32 = 0x4000;
export const LITERAL: u32 = 0x80000000;

export const CODE_BITS: u32 = 7;
export const LITERAL_BITS: u32 = 11;
export const DISTANCE_BITS: u32 = 9;
export const FIXED_LITERAL_BITS: u32 = 9;
export const FIXED_DISTANCE_BITS: u32 = 5;

/** Fills in the meanings and the tables of blocks of type 1; once per instance. */
export function prepare(): void {
  for (let symbol: u32 = 0; symbol < 288; symbol++) store<u32>(LITERAL_MEANINGS + symbol * 4, literalMeaning(symbol));
  for (let symbol: u32 = 0; symbol < 32; symbol++) store<u32>(DISTANCE_MEANINGS + symbol * 4, distanceMeaning(symbol));
  for (let symbol: u32 = 0; symbol < 19; symbol++) store<u32>(CODE_MEANINGS + symbol * 4, symbol << 16);
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  build(LENGTHS, 288, LITERAL_MEANINGS, FIXED_LITERALS, FIXED_LITERAL_BITS);
  memory.fill(LENGTHS, 5, 32);
  build(LENGTHS, 32, DISTANCE_MEANINGS, FIXED_DISTANCES, FIXED_DISTANCE_BITS);
}

function literalMeaning(symbol: u32): u32 {
  if (symbol < 256) return LITERAL | (symbol << 16);
  if (symbol === 256) return END;
  if (symbol > 285) return NONE;
  const code = symbol - 257;
  if (code < 8) return (code + 3) << 16;
  if (code === 28) return 258 << 16;
  const extra = (code >> 2) - 1;
  return ((((4 + (code & 3)) << extra) + 3) << 16) | extra;
}

function distanceMeaning(symbol: u32): u32 {
  if (symbol > 29) return NONE;
  if (symbol < 2) return (symbol + 1) << 16;
  const extra = (symbol >> 1) - 1;
  return ((((2 + (symbol & 1)) << extra) + 1) << 16) | extra;
}

/**
 * Makes the table for canonical code lengths and returns how many bits index it, at most `most`; 0 for sets that are refused:
 * over-subscribed ones, and incomplete ones other than no code at all or a single one of one bit.
 */
export function build(lengths: usize, count: u32, meanings: usize, table: usize, most: u32): u32 {
  const longest = sort(lengths, count);
  if (longest === 0) {
    store<u64>(table, (((NONE | 0x101) as u64) << 32) | ((NONE | 0x101) as u64));
    return 1;
  }
  let left: i32 = 1;
  for (let length: u32 = 1; length <= 15; length++) {
    left = (left << 1) - load<i32>(COUNTS + length * 4);
    if (left < 0) return 0;
  }
  if (left > 0 && longest !== 1) return 0;
  const bits = min(longest, most);
  if (left > 0) store<u32>(table + 4, NONE | 0x101);
  fill(meanings, table, bits, longest);
  return bits;
}

/** Counts the lengths and sorts the symbols that have one by length, then number. Returns the longest length. */
function sort(lengths: usize, count: u32): u32 {
  memory.fill(COUNTS, 0, 64);
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const counter = COUNTS + (load<u8>(lengths + symbol) as usize) * 4;
    store<u32>(counter, load<u32>(counter) + 1);
  }
  let start: u32 = 0;
  let longest: u32 = 0;
  for (let length: u32 = 1; length <= 15; length++) {
    store<u32>(STARTS + length * 4, start);
    const codes = load<u32>(COUNTS + length * 4);
    start += codes;
    if (codes > 0) longest = length;
  }
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const length = load<u8>(lengths + symbol) as usize;
    if (length === 0) continue;
    const place = load<u32>(STARTS + length * 4);
    store<u32>(STARTS + length * 4, place + 1);
    store<u16>(SORTED + place * 2, symbol);
  }
  return longest;
}

/** Enters the codes in canonical order. Codes are kept with their first bit lowest, as the input has them. */
function fill(meanings: usize, table: usize, bits: u32, longest: u32): void {
  let code: u32 = 0;
  let next = SORTED;
  let length: u32 = 1;
  for (; length <= bits; length++) {
    // The table so far is right for all longer indexes too, but for codes that are still to come.
    if (length > 1) memory.copy(table + ((4 as usize) << (length - 1)), table, (4 as usize) << (length - 1));
    for (let left = load<u32>(COUNTS + length * 4); left > 0; left--) {
      store<u32>(table + code * 4, entry(meanings, next, length));
      next += 2;
      code = following(code, length);
    }
  }
  if (length <= longest) fillSubtables(meanings, table, bits, longest, code, next);
}

function fillSubtables(meanings: usize, table: usize, bits: u32, longest: u32, first: u32, symbols: usize): void {
  const mask = ((1 as u32) << bits) - 1;
  let code = first;
  let next = symbols;
  let prefix: u32 = 0xffffffff;
  let begin: u32 = mask + 1;
  let room: u32 = 0;
  for (let length = bits + 1; length <= longest; length++) {
    for (let left = load<u32>(COUNTS + length * 4); left > 0; left--) {
      if ((code & mask) !== prefix) {
        prefix = code & mask;
        begin += room;
        const width = subtableBits(length, bits, left);
        room = (1 as u32) << width;
        store<u32>(table + prefix * 4, LINK | (width << 8) | (begin << 16));
      }
      const value = entry(meanings, next, length);
      for (let at = code >> bits; at < room; at += (1 as u32) << (length - bits)) store<u32>(table + (begin + at) * 4, value);
      next += 2;
      code = following(code, length);
    }
  }
}

/** Index bits of the subtable whose first code has this length, of which `left` codes are still to come. */
function subtableBits(length: u32, bits: u32, left: u32): u32 {
  let longest = length;
  let free = ((1 as i32) << (length - bits)) - (left as i32);
  while (free > 0) {
    longest++;
    free = (free << 1) - load<i32>(COUNTS + longest * 4);
  }
  return longest - bits;
}

function entry(meanings: usize, symbol: usize, length: u32): u32 {
  return load<u32>(meanings + (load<u16>(symbol) as usize) * 4) + length * 0x101;
}

/** The code after this one, first bit lowest; any value after the last one. */
function following(code: u32, length: u32): u32 {
  const mask = ((1 as u32) << length) - 1;
  const zeros = ~code & mask;
  if (zeros === 0) return 0;
  // The last bit is the highest: carry from there to the lowest.
  const bit = (0x80000000 as u32) >> clz(zeros);
  return (code & (bit - 1)) | bit;
}
