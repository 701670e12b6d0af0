// A deflate compressor (RFC 1951) for bytes that must be the same everywhere: whole numbers only, and what it writes depends on what it is
// given alone, not on how that is cut. Memory is fixed. Callers put bytes at `inputAt()`, at most `inputRoom()`, and pass their number to
// `compress`, `interrupt` or `finish`; these return how many bytes lie at `outputAt()` until the next call.
import { COUNTS_SIZE, fillAlphabet } from './deflate/alphabet';
import { fillFixedCodes, putBlock, putEmptyLast } from './deflate/block';
import { entropyCost, fillLogarithms } from './deflate/entropy';
import { bias, forgetPlaces, movePlaces, renumberPlaces, startPlaces, WINDOW } from './deflate/matches';
import { align, OUTPUT, pendingBits, putStored, rewind, setPending, written } from './deflate/output';
import {
  COUNTS,
  clearCounts,
  dropSequences,
  endSequence,
  LOOKAHEAD,
  moveSequences,
  nextSequence,
  parse,
  SEQUENCES,
  startSequences,
} from './deflate/sequences';

/** A block grows by parts of this size, as long as one block is shorter than two. */
const PART_SIZE: usize = 8192;
/** Fits into two stored ones. */
const BLOCK_SIZE: usize = 2 * 65535;

const BUFFER_SIZE: usize = 384 * 1024;
const BUFFER: usize = memory.data(384 * 1024 + 16, 16);
const BLOCK_COUNTS: usize = memory.data(320 * 4, 16);

/** Pointers into the buffer: behind its last byte, the next byte to compress, where the running block and its running part begin. */
let end: usize = BUFFER;
let position: usize = BUFFER;
let blockStart: usize = BUFFER;
let partStart: usize = BUFFER;
/** The first sequence of the running part. */
let partSequences: usize = SEQUENCES;
let blockCost: u64 = 0;

/** Forgets everything. `origin` is where the count of bytes begins; output doesn't depend on it. */
export function start(origin: u32): void {
  fillAlphabet();
  fillFixedCodes();
  fillLogarithms();
  startPlaces(BUFFER, origin);
  end = position = blockStart = partStart = BUFFER;
  partSequences = SEQUENCES;
  startSequences(BUFFER);
  memory.fill(BLOCK_COUNTS, 0, COUNTS_SIZE);
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
  if (position < partEnd) position = parse(position, min(stop, partEnd), end);
  if (position >= partEnd) endPart();
}

/** Adds the running part to the block, or to a new one if that is shorter. */
function endPart(): void {
  if (partStart === position) return;
  endSequence(position);
  const partCost = entropyCost(COUNTS);
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
  clearCounts();
  partStart = position;
  partSequences = nextSequence();
}

function addPart(): void {
  for (let i: usize = 0; i < COUNTS_SIZE; i += 4) store<u32>(BLOCK_COUNTS + i, load<u32>(BLOCK_COUNTS + i) + load<u32>(COUNTS + i));
}

function removePart(): void {
  for (let i: usize = 0; i < COUNTS_SIZE; i += 4) store<u32>(BLOCK_COUNTS + i, load<u32>(BLOCK_COUNTS + i) - load<u32>(COUNTS + i));
}

/** Writes the block up to the running part, whose sequences move to the front. */
function putRunningBlock(isLast: bool): void {
  putBlock(SEQUENCES, partSequences, BLOCK_COUNTS, blockStart, <u32>(partStart - blockStart), isLast);
  memory.fill(BLOCK_COUNTS, 0, COUNTS_SIZE);
  dropSequences(partSequences);
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
  blockStart -= by;
  partStart -= by;
  moveSequences(by);
  movePlaces(<u32>by);
}
