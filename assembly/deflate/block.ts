// One block: its codes, what it would take in each of the three forms, and the shortest of them (RFC 1951 §3.2.3).
import { COUNTS_SIZE, DISTANCE_COUNTS, DISTANCES, distanceExtra, END_OF_BLOCK, LITERALS, lengthExtra } from './alphabet';
import { assignCodes, codeLengths } from './huffman';
import { pendingBits, putBits, putSequences, putStored } from './output';

const MAX_CODE: u32 = 15;
const MAX_CODE_OF_LENGTHS: u32 = 7;
const STORED_MAX: u32 = 65535;

/** Code lengths: literals and lengths, then distances from 288 on; the same for the fixed codes. */
const LENGTHS: usize = memory.data(320);
const FIXED_LENGTHS: usize = memory.data(320);
const CODES: usize = memory.data(320 * 4);
const FIXED_CODES: usize = memory.data(320 * 4);
const DISTANCES_AT: u32 = 288;

/** Code lengths of both codes in one row, the way they are sent, and its run-length form: symbol | extra bits << 8. */
const ROW: usize = memory.data(320);
const RUNS: usize = memory.data(320 * 2);
const RUN_COUNTS: usize = memory.data(32 * 4);
const RUN_LENGTHS: usize = memory.data(32);
const RUN_CODES: usize = memory.data(32 * 4);

const ORDER: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const RUN_SYMBOLS: u32 = 19;

let literalsSent: u32 = 0;
let distancesSent: u32 = 0;
let runsSent: u32 = 0;
let orderSent: u32 = 0;

export function fillFixedCodes(): void {
  for (let symbol: u32 = 0; symbol < 288; symbol++) {
    store<u8>(FIXED_LENGTHS + symbol, symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8);
  }
  memory.fill(FIXED_LENGTHS + DISTANCES_AT, 5, 32);
  assignCodes(FIXED_LENGTHS, 288, FIXED_CODES);
  assignCodes(FIXED_LENGTHS + DISTANCES_AT, 32, FIXED_CODES + (DISTANCES_AT << 2));
}

/** Writes sequences with the given frequencies, end of block not counted, in the shortest form; `size` bytes of the file begin at `bytes`. */
export function putBlock(sequences: usize, end: usize, counts: usize, bytes: usize, size: u32, isLast: bool): void {
  store<u32>(counts + (END_OF_BLOCK << 2), 1);
  codeLengths(counts, LITERALS, MAX_CODE, LENGTHS);
  codeLengths(counts + DISTANCE_COUNTS, DISTANCES, MAX_CODE, LENGTHS + DISTANCES_AT);
  const header = planHeader();
  const extra = extraBits(counts);
  const dynamic = header + codedBits(counts, LENGTHS) + extra;
  const fixed = codedBits(counts, FIXED_LENGTHS) + extra;
  if (storedBits(size) < min(dynamic, fixed)) {
    putStoredBlocks(bytes, size, isLast);
    return;
  }
  if (fixed <= dynamic) {
    putBits((isLast ? 1 : 0) | (1 << 1), 3);
    putCoded(sequences, end, bytes, FIXED_CODES);
    return;
  }
  putBits((isLast ? 1 : 0) | (2 << 1), 3);
  putHeader();
  assignCodes(LENGTHS, LITERALS, CODES);
  assignCodes(LENGTHS + DISTANCES_AT, DISTANCES, CODES + (DISTANCES_AT << 2));
  putCoded(sequences, end, bytes, CODES);
}

/** A last block without content. */
export function putEmptyLast(): void {
  putBits(1 | (1 << 1), 10);
}

function putCoded(sequences: usize, end: usize, bytes: usize, codes: usize): void {
  putSequences(sequences, end, bytes, codes, codes + (DISTANCES_AT << 2));
  const code = load<u32>(codes + (END_OF_BLOCK << 2));
  putBits(code >> 8, code & 255);
}

function putStoredBlocks(bytes: usize, size: u32, isLast: bool): void {
  for (; size > STORED_MAX; size -= STORED_MAX) {
    putStored(bytes, STORED_MAX, false);
    bytes += STORED_MAX;
  }
  putStored(bytes, size, isLast);
}

/** Without the three bits that every form begins with. */
function storedBits(size: u32): u32 {
  const padding = (8 - ((<u32>pendingBits() + 3) & 7)) & 7;
  return padding + 32 + ((size - 1) / STORED_MAX) * 40 + (size << 3);
}

function codedBits(counts: usize, lengths: usize): u32 {
  let bits: u32 = 0;
  for (let i: u32 = 0; i < <u32>(COUNTS_SIZE >> 2); i++) bits += load<u32>(counts + (i << 2)) * load<u8>(lengths + i);
  return bits;
}

function extraBits(counts: usize): u32 {
  let bits: u32 = 0;
  for (let slot: u32 = 8; slot < 29; slot++) bits += load<u32>(counts + ((257 + slot) << 2)) * lengthExtra(slot);
  for (let slot: u32 = 4; slot < 30; slot++) bits += load<u32>(counts + DISTANCE_COUNTS + (slot << 2)) * distanceExtra(slot);
  return bits;
}

/** Prepares the code lengths for sending (RFC 1951 §3.2.7); returns the bits they take. */
function planHeader(): u32 {
  literalsSent = sent(LENGTHS, LITERALS, 257);
  distancesSent = sent(LENGTHS + DISTANCES_AT, DISTANCES, 1);
  memory.copy(ROW, LENGTHS, literalsSent);
  memory.copy(ROW + literalsSent, LENGTHS + DISTANCES_AT, distancesSent);
  memory.fill(RUN_COUNTS, 0, 32 * 4);
  runsSent = 0;
  let bits: u32 = 14;
  const size = literalsSent + distancesSent;
  for (let from: u32 = 0; from < size; ) {
    const length = load<u8>(ROW + from);
    let run: u32 = 1;
    while (from + run < size && load<u8>(ROW + from + run) === length) run++;
    bits += length === 0 ? planZeros(run) : planRun(length, run);
    from += run;
  }
  codeLengths(RUN_COUNTS, RUN_SYMBOLS, MAX_CODE_OF_LENGTHS, RUN_LENGTHS);
  orderSent = RUN_SYMBOLS;
  while (load<u8>(RUN_LENGTHS + load<u8>(ORDER + orderSent - 1)) === 0) orderSent--;
  for (let i: u32 = 0; i < RUN_SYMBOLS; i++) bits += load<u32>(RUN_COUNTS + (i << 2)) * load<u8>(RUN_LENGTHS + i);
  return bits + 3 * orderSent;
}

function sent(lengths: usize, size: u32, least: u32): u32 {
  while (size > least && load<u8>(lengths + size - 1) === 0) size--;
  return size;
}

/** These return the extra bits. */
function planZeros(run: u32): u32 {
  let bits: u32 = 0;
  while (run >= 11) {
    const part = min<u32>(run, 138);
    plan(18, part - 11);
    bits += 7;
    run -= part;
  }
  if (run >= 3) {
    plan(17, run - 3);
    return bits + 3;
  }
  for (; run > 0; run--) plan(0, 0);
  return bits;
}

function planRun(length: u32, run: u32): u32 {
  let bits: u32 = 0;
  plan(length, 0);
  for (run--; run >= 3; bits += 2) {
    // A rest of one or two would be sent one by one: leave it three.
    const part = run > 6 && run < 9 ? run - 3 : min<u32>(run, 6);
    plan(16, part - 3);
    run -= part;
  }
  for (; run > 0; run--) plan(length, 0);
  return bits;
}

function plan(symbol: u32, extra: u32): void {
  store<u16>(RUNS + (runsSent++ << 1), <u16>(symbol | (extra << 8)));
  const count = RUN_COUNTS + (symbol << 2);
  store<u32>(count, load<u32>(count) + 1);
}

function putHeader(): void {
  putBits((literalsSent - 257) | ((distancesSent - 1) << 5) | ((orderSent - 4) << 10), 14);
  for (let i: u32 = 0; i < orderSent; i++) putBits(load<u8>(RUN_LENGTHS + load<u8>(ORDER + i)), 3);
  assignCodes(RUN_LENGTHS, RUN_SYMBOLS, RUN_CODES);
  for (let i: u32 = 0; i < runsSent; i++) {
    const run: u32 = load<u16>(RUNS + (i << 1));
    const code = load<u32>(RUN_CODES + ((run & 255) << 2));
    const size = code & 255;
    const symbol = run & 255;
    const extra: u32 = symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    putBits((code >> 8) | ((run >> 8) << size), size + extra);
  }
}
