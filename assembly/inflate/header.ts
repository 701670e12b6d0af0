// The header of a block of type 2 (RFC 1951 §3.2.7), which may be cut anywhere.
import { CODE_MEANINGS, CODE_TABLE, DISTANCE_MEANINGS, DISTANCES, LENGTHS, LITERAL_MEANINGS, LITERALS } from './layout';
import { drop, known, peek } from './stream';
import { build, CODE_BITS, DISTANCE_BITS, LITERAL_BITS, NONE } from './tables';

// What the functions here return.
export const READ: i32 = 0;
export const CUT: i32 = 1;
export const REFUSED: i32 = 2;

let literalCount: u32 = 0;
let distanceCount: u32 = 0;
let codeCount: u32 = 0;
/** Code lengths read so far, of the codes for lengths or of both codes of the block. */
let lengthsRead: u32 = 0;
let codeBits: u32 = 0;

/** Index bits of the tables, after the header. */
export let literalBits: u32 = 0;
export let distanceBits: u32 = 0;

export function readCounts(): i32 {
  if (known() < 14) return CUT;
  const bits = peek() as u32;
  drop(14);
  literalCount = (bits & 31) + 257;
  distanceCount = ((bits >> 5) & 31) + 1;
  codeCount = ((bits >> 10) & 15) + 4;
  if (literalCount > 286 || distanceCount > 30) return REFUSED;
  memory.fill(LENGTHS, 0, 19);
  lengthsRead = 0;
  return READ;
}

export function readCodeLengths(): i32 {
  for (; lengthsRead < codeCount; lengthsRead++) {
    if (known() < 3) return CUT;
    store<u8>(LENGTHS + codeAt(lengthsRead), (peek() & 7) as u8);
    drop(3);
  }
  lengthsRead = 0;
  codeBits = build(LENGTHS, 19, CODE_MEANINGS, CODE_TABLE, CODE_BITS);
  return codeBits === 0 ? REFUSED : READ;
}

/** The symbol whose length stands at this place: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15. */
function codeAt(place: u32): u32 {
  if (place < 3) return place + 16;
  if (place === 3) return 0;
  const offset = (place - 3) >> 1;
  return place & 1 ? 8 - offset : 8 + offset;
}

export function readLengths(): i32 {
  const all = literalCount + distanceCount;
  while (lengthsRead < all) {
    const bits = peek() as u32;
    const entry = load<u32>(CODE_TABLE + ((bits & ((1 << codeBits) - 1)) << 2));
    const length = entry & 0xff;
    const symbol = (entry >> 16) & 31;
    const extra: u32 = symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    if (length + extra > known()) return CUT;
    drop(length + extra);
    if (entry & NONE || (symbol === 16 && lengthsRead === 0)) return REFUSED;
    const times = symbol < 16 ? 1 : ((bits >> length) & ((1 << extra) - 1)) + (symbol === 18 ? 11 : 3);
    if (lengthsRead + times > all) return REFUSED;
    const value = symbol < 16 ? symbol : symbol === 16 ? load<u8>(LENGTHS + lengthsRead - 1) : 0;
    memory.fill(LENGTHS + lengthsRead, value as u8, times);
    lengthsRead += times;
  }
  return buildTables();
}

function buildTables(): i32 {
  // A block without a code for its end.
  if (load<u8>(LENGTHS + 256) === 0) return REFUSED;
  literalBits = build(LENGTHS, literalCount, LITERAL_MEANINGS, LITERALS, LITERAL_BITS);
  if (literalBits === 0) return REFUSED;
  distanceBits = build(LENGTHS + literalCount, distanceCount, DISTANCE_MEANINGS, DISTANCES, DISTANCE_BITS);
  return distanceBits === 0 ? REFUSED : READ;
}
