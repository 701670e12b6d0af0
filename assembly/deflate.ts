// A deflate compressor (RFC 1951) for bytes that must be the same everywhere: whole numbers only, and what it writes depends on what it is
// given alone, not on how that is cut. Memory is fixed. Callers put bytes at `inputAt()`, at most `inputRoom()`, and pass their number to
// `compress`, `interrupt` or `finish`; these return how many bytes lie at `outputAt()` until the next call.
import { COUNTS_SIZE, DISTANCE_COUNTS, distanceSlot, fillAlphabet, lengthSlot } from './deflate/alphabet';
import { fillFixedCodes, putBlock, putEmptyLast } from './deflate/block';
import { entropyCost, fillLogarithms } from './deflate/entropy';
import { bias, enter, find, forgetPlaces, movePlaces, renumberPlaces, startPlaces, WINDOW } from './deflate/matches';
import { align, OUTPUT, pendingBits, putStored, rewind, sequenceOf, setPending, written } from './deflate/output';

/** Links of a chain to follow for a first match, and for a better one a byte later. */
const DEPTH: u32 = 28;
const LAZY_DEPTH: u32 = 10;
/** A match of this length is taken at once. */
const NICE: u32 = 65;
/** A block grows by parts of this size, as long as one block is shorter than two. */
const PART_SIZE: usize = 8192;
/** Fits into two stored ones. */
const BLOCK_SIZE: usize = 2 * 65535;

/** More than a sequence can look ahead: matches that are better and better, a byte later each (88 at most), and the last one's length. */
const LOOKAHEAD: usize = 1024;
const BUFFER_SIZE: usize = 384 * 1024;
const BUFFER: usize = memory.data(384 * 1024 + 16, 16);
const SEQUENCES: usize = memory.data((((128 + 16) * 1024) / 3) * 8 + 1024, 16);
const BLOCK_COUNTS: usize = memory.data(320 * 4, 16);
const PART_COUNTS: usize = memory.data(320 * 4, 16);

/** Pointers into the buffer: behind its last byte, the next byte to compress, the first whose sequence is not written. */
let end: usize = BUFFER;
let position: usize = BUFFER;
let literalsFrom: usize = BUFFER;
let blockStart: usize = BUFFER;
let partStart: usize = BUFFER;
let sequencesEnd: usize = SEQUENCES;
let partSequences: usize = SEQUENCES;
let blockCost: u64 = 0;

/** Forgets everything. `origin` is where the count of bytes begins; output doesn't depend on it. */
export function start(origin: u32): void {
  fillAlphabet();
  fillFixedCodes();
  fillLogarithms();
  startPlaces(BUFFER, origin);
  end = position = literalsFrom = blockStart = partStart = BUFFER;
  sequencesEnd = partSequences = SEQUENCES;
  memory.fill(BLOCK_COUNTS, 0, COUNTS_SIZE);
  memory.fill(PART_COUNTS, 0, COUNTS_SIZE);
  setPending(0, 0);
}

export function inputAt(): usize {
  return end;
}

export function inputRoom(): usize {
  return BUFFER + BUFFER_SIZE - end;
}

export function outputAt(): usize {
  return OUTPUT;
}

/** Goes on compressing. Worth its time when there is no more room. */
export function compress(size: usize): usize {
  rewind();
  end += size;
  while (position + LOOKAHEAD <= end) step(end - LOOKAHEAD + 1);
  makeRoom();
  return written();
}

/**
 * Ends the running block and the byte with it, so that another stream may follow. Forgets what was before. The last bits of the stream
 * between are given to `resume`.
 */
export function interrupt(size: usize): usize {
  rewind();
  end += size;
  drain(false);
  if (pendingBits() > 0) putStored(end, 0, false);
  forgetPlaces(<u32>end + bias);
  return written();
}

/** Goes on behind a stream that ended within a byte, after its lowest `count` bits. */
export function resume(bits: u32, count: u32): void {
  setPending(bits & ((1 << count) - 1), count);
}

/** Ends the last block and the stream. */
export function finish(size: usize): usize {
  rewind();
  end += size;
  drain(true);
  align();
  return written();
}

function drain(isLast: bool): void {
  while (position < end) step(end);
  endPart();
  if (blockStart < partStart) putRunningBlock(isLast);
  else if (isLast) putEmptyLast();
  makeRoom();
}

/** Compresses up to `stop`, but not beyond the running part. */
function step(stop: usize): void {
  const partEnd = partStart + PART_SIZE;
  if (position < partEnd) parse(min(stop, partEnd));
  if (position >= partEnd) endPart();
}

/** Adds the running part to the block, or to a new one if that is shorter. */
function endPart(): void {
  if (partStart === position) return;
  putSequence(0, 0, 0);
  const partCost = entropyCost(PART_COUNTS);
  if (blockStart === partStart) {
    blockCost = partCost;
    addPart();
  } else {
    addPart();
    const cost = entropyCost(BLOCK_COUNTS);
    if (position - blockStart > BLOCK_SIZE || cost > blockCost + partCost) {
      removePart();
      putRunningBlock(false);
      blockCost = partCost;
      addPart();
    } else blockCost = cost;
  }
  memory.fill(PART_COUNTS, 0, COUNTS_SIZE);
  partStart = position;
  partSequences = sequencesEnd;
}

function addPart(): void {
  for (let i: usize = 0; i < COUNTS_SIZE; i += 4) store<u32>(BLOCK_COUNTS + i, load<u32>(BLOCK_COUNTS + i) + load<u32>(PART_COUNTS + i));
}

function removePart(): void {
  for (let i: usize = 0; i < COUNTS_SIZE; i += 4) store<u32>(BLOCK_COUNTS + i, load<u32>(BLOCK_COUNTS + i) - load<u32>(PART_COUNTS + i));
}

/** Writes the block up to the running part, whose sequences move to the front. */
function putRunningBlock(isLast: bool): void {
  putBlock(SEQUENCES, partSequences, BLOCK_COUNTS, blockStart, <u32>(partStart - blockStart), isLast);
  memory.fill(BLOCK_COUNTS, 0, COUNTS_SIZE);
  memory.copy(SEQUENCES, partSequences, sequencesEnd - partSequences);
  sequencesEnd -= partSequences - SEQUENCES;
  partSequences = SEQUENCES;
  blockStart = partStart;
}

/** Moves what is still needed to the front: the window, and the bytes of the block, which may yet be stored. */
function makeRoom(): void {
  renumberPlaces(end);
  const kept = min(blockStart, max(position, BUFFER + WINDOW) - WINDOW);
  const by = (kept - BUFFER) & ~(WINDOW - 1);
  if (by === 0) return;
  memory.copy(BUFFER, BUFFER + by, end - BUFFER - by);
  end -= by;
  position -= by;
  literalsFrom -= by;
  blockStart -= by;
  partStart -= by;
  movePlaces(<u32>by);
}

// @inline
function count(counts: usize, symbol: u32): void {
  const at = counts + (symbol << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** Writes the literals before `position` and a match there as one sequence. */
// @inline
function putSequence(length: u32, slot: u32, distance: u32): void {
  store<u64>(sequencesEnd, sequenceOf(<u32>(position - literalsFrom), length, slot, distance));
  sequencesEnd += 8;
  literalsFrom = position + length;
}

/** Worth of a match: eight bits for a byte it saves, less what the distance takes. */
// @inline
function worth(match: u32): i32 {
  return (match >> 16) * 4 + clz<u32>(match & 0xffff);
}

/** Makes sequences up to `stop` at least; a match is taken only if none a byte later is better. */
function parse(stop: usize): void {
  const last = end - 4;
  const places = bias;
  let at = position;
  while (at < stop) {
    let match: u32 = at <= last ? find(at, end, 2, DEPTH, NICE) : 0;
    if (match === 0) {
      count(PART_COUNTS, load<u8>(at++));
      continue;
    }
    let next = at + 1;
    while (match >> 16 < NICE && next <= last) {
      const later = find(next++, end, (match >> 16) - 1, LAZY_DEPTH, NICE);
      if (later === 0 || worth(later) <= worth(match) + 2) break;
      count(PART_COUNTS, load<u8>(at));
      at = next - 1;
      match = later;
    }
    const length = match >> 16;
    const distance = match & 0xffff;
    const slot = distanceSlot(distance);
    count(PART_COUNTS, 257 + lengthSlot(length));
    count(PART_COUNTS + DISTANCE_COUNTS, slot);
    position = at;
    putSequence(length, slot, distance);
    at += length;
    for (const entered = min(at, last + 1); next < entered; next++) enter(next, places);
  }
  position = at;
}
