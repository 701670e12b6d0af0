// Sequences for the bytes of the running block: where literals are, and which matches are taken.
import { COUNTS_SIZE, DISTANCE_COUNTS, distanceSlot, lengthSlot } from './alphabet';
import { bias, enter, find } from './matches';
import { sequenceOf } from './output';

/** Links of a chain to follow for a first match, and for a better one a byte later. */
const DEPTH: u32 = 28;
const LAZY_DEPTH: u32 = 10;
/** A match of this length is taken at once. */
const NICE: u32 = 65;
/** More than a sequence can look ahead: matches that are better and better, a byte later each (88 at most), and the last one's length. */
export const LOOKAHEAD: usize = 1024;

/** One for every three bytes of a block and of a part, and some. */
export const SEQUENCES: usize = memory.data((((128 + 16) * 1024) / 3) * 8 + 1024, 16);
/** Of the symbols since `clearCounts`. */
export const COUNTS: usize = memory.data(320 * 4, 16);

let sequencesEnd: usize = SEQUENCES;
/** The first byte that is in no sequence. */
let literalsFrom: usize = 0;

export function startSequences(pointer: usize): void {
  sequencesEnd = SEQUENCES;
  literalsFrom = pointer;
  clearCounts();
}

export function clearCounts(): void {
  memory.fill(COUNTS, 0, COUNTS_SIZE);
}

/** The bytes have moved. */
export function moveSequences(by: usize): void {
  literalsFrom -= by;
}

/** Ends the last sequence at a pointer, without a match. */
export function endSequence(pointer: usize): void {
  putSequence(pointer, 0, 0, 0);
}

/** Where the next sequence will be. */
export function nextSequence(): usize {
  return sequencesEnd;
}

/** Drops sequences that are written; the others move to the front. */
export function dropSequences(until: usize): void {
  memory.copy(SEQUENCES, until, sequencesEnd - until);
  sequencesEnd -= until - SEQUENCES;
}

// @inline
function count(counts: usize, symbol: u32): void {
  const at = counts + (symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Literals up to a pointer and a match there. */
// @inline
function putSequence(pointer: usize, length: u32, slot: u32, distance: u32): void {
  store<u64>(sequencesEnd, sequenceOf(<u32>(pointer - literalsFrom), length, slot, distance));
  sequencesEnd += 8;
  literalsFrom = pointer + length;
}

/** Worth of a match, in quarters of a byte that it saves, less what the distance takes. */
// @inline
function worth(match: u32): i32 {
  return (match >> 16) * 4 + clz<u32>(match & 0xffff);
}

/**
 * Makes sequences from a pointer up to `stop` at least, returns where it got. A match is taken only if none a byte later is better. What
 * is done before `stop` does not depend on `end`, where bytes end, if that is `LOOKAHEAD` behind.
 */
export function parse(pointer: usize, stop: usize, end: usize): usize {
  const last = end - 4;
  const places = bias;
  while (pointer < stop) {
    let match: u32 = pointer <= last ? find(pointer, end, 2, DEPTH, NICE) : 0;
    if (match === 0) {
      count(COUNTS, load<u8>(pointer++));
      continue;
    }
    let next = pointer + 1;
    while (match >> 16 < NICE && next <= last) {
      const later = find(next++, end, (match >> 16) - 1, LAZY_DEPTH, NICE);
      if (later === 0 || worth(later) <= worth(match) + 2) break;
      count(COUNTS, load<u8>(pointer));
      pointer = next - 1;
      match = later;
    }
    const length = match >> 16;
    const slot = distanceSlot(match & 0xffff);
    count(COUNTS, 257 + lengthSlot(length));
    count(COUNTS + DISTANCE_COUNTS, slot);
    putSequence(pointer, length, slot, match & 0xffff);
    pointer += length;
    for (const entered = min(pointer, last + 1); next < entered; next++) enter(next, places);
  }
  return pointer;
}
