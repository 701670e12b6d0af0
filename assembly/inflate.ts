// A decoder for raw deflate (RFC 1951) that can stop at any byte of input, and knows where the last block begins and the stream ends.
//
// The caller writes a part of the stream where `feed` says and calls `run` until it asks for more. Between calls nothing but whole bytes
// and a number of used bits is kept, so a part may end anywhere.

import {
  CODE_MEANINGS,
  CODE_TABLE,
  DISTANCE_MEANINGS,
  DISTANCES,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  INPUT,
  LENGTHS,
  LITERAL_MEANINGS,
  LITERALS,
  MEMORY_END,
  OUTPUT,
  OUTPUT_END,
  WINDOW_SIZE,
} from './inflate/layout';
import { decode, input, oldest, output, place, placeOutput, skip } from './inflate/symbols';
import { build, CODE_BITS, DISTANCE_BITS, END, LINK, LITERAL, LITERAL_BITS, NONE, prepare } from './inflate/tables';

// What `run` returns.
const STARVED: i32 = 0;
const FULL: i32 = 1;
const DONE: i32 = 2;
const INVALID: i32 = 3;
/** Of steps only: go on with the next. */
const AGAIN: i32 = 4;

// What comes next in the stream.
const HEADER: i32 = 0;
const STORED_SIZE: i32 = 1;
const STORED: i32 = 2;
const COUNTS: i32 = 3;
const CODE_LENGTHS: i32 = 4;
const BOTH_LENGTHS: i32 = 5;
const SYMBOLS: i32 = 6;
const NOTHING: i32 = 7;

let state: i32 = HEADER;
/** End of the input that was fed. */
let inputEnd: usize = INPUT;
/** Bytes of the stream before `INPUT`. */
let before: u64 = 0;
/** Begin of the output that the caller has not seen. */
let fresh: usize = OUTPUT;
let isLast: bool = false;
let lastBlock: u64 = 0;
let end: u64 = 0;

/** Bytes of a stored block that are still to come. */
let storedLeft: usize = 0;
let literalCount: u32 = 0;
let distanceCount: u32 = 0;
let codeCount: u32 = 0;
/** Code lengths read so far. */
let lengthsRead: u32 = 0;
let codeBits: u32 = 0;
let literalTable: usize = 0;
let literalBits: u32 = 0;
let distanceTable: usize = 0;
let distanceBits: u32 = 0;

memory.grow((((MEMORY_END + 0xffff) >>> 16) as i32) - memory.size());
prepare();

/** Begins a new stream. */
export function reset(): void {
  state = HEADER;
  place(INPUT, 0);
  inputEnd = INPUT;
  before = 0;
  placeOutput(OUTPUT, OUTPUT);
  fresh = OUTPUT;
  isLast = false;
  lastBlock = 0;
  end = 0;
}

/** Address to which the caller writes the next `count` bytes of the stream, at most 1 MiB. What `raw` showed is gone. */
export function feed(count: usize): usize {
  const rest = inputEnd - input;
  before += input - INPUT;
  memory.copy(INPUT, input, rest);
  place(INPUT, skip);
  inputEnd = INPUT + rest + count;
  return INPUT + rest;
}

/** Decodes until the input is used up (0), the output is full (1), the stream ends (2), or is found invalid (3). */
export function run(): i32 {
  if (output >= OUTPUT_END) slide();
  fresh = output;
  let status = AGAIN;
  while (status === AGAIN) status = step();
  return status;
}

/** Keeps the window only. */
function slide(): void {
  memory.copy(OUTPUT, output - WINDOW_SIZE, WINDOW_SIZE);
  placeOutput(OUTPUT + WINDOW_SIZE, OUTPUT);
}

/** Address of the output of the last `run`, and of its end. */
export function plain(): usize {
  return fresh;
}
export function plainEnd(): usize {
  return output;
}

/** Address of the input of which nothing is needed any more, and of its end; the bit that marks the last block is cleared there. */
export function raw(): usize {
  return INPUT;
}
export function rawEnd(): usize {
  const at = INPUT + (((lastBlock >> 3) - before) as usize);
  if (isLast && lastBlock >> 3 >= before && at < input) store<u8>(at, load<u8>(at) & ~((1 as u8) << ((lastBlock & 7) as u8)));
  return input;
}

/** Input bytes that were fed and are not used. */
export function unused(): usize {
  return inputEnd - input;
}

/** Bit of the stream at which the last block begins, after `run` has returned 2. */
export function lastBlockBit(): f64 {
  return lastBlock as f64;
}
/** Bit of the stream behind its last one, after `run` has returned 2. */
export function endBit(): f64 {
  return end as f64;
}

function step(): i32 {
  switch (state) {
    case HEADER:
      return readHeader();
    case STORED_SIZE:
      return readStoredSize();
    case STORED:
      return copyStored();
    case COUNTS:
      return readCounts();
    case CODE_LENGTHS:
      return readCodeLengths();
    case BOTH_LENGTHS:
      return readLengths();
    case SYMBOLS:
      return readSymbols();
    default:
      return DONE;
  }
}

/** Known bits from the next one on; at most 57 are looked at at once. */
function known(): u32 {
  return (min<usize>(inputEnd - input, 8) as u32) * 8 - skip;
}

/** The next bits, lowest first. Those that are not known are leftovers. */
function peek(): u64 {
  return load<u64>(input) >> skip;
}

function drop(bits: u32): void {
  const all = skip + bits;
  place(input + (all >> 3), all & 7);
}

function position(): u64 {
  return ((before + (input - INPUT)) << 3) + skip;
}

function readHeader(): i32 {
  if (isLast) return finish();
  if (known() < 3) return STARVED;
  const bits = peek() as u32;
  lastBlock = position();
  isLast = (bits & 1) === 1;
  const type = (bits >> 1) & 3;
  drop(3);
  if (type === 3) return INVALID;
  if (type === 1) {
    useFixed();
    return AGAIN;
  }
  state = type === 0 ? STORED_SIZE : COUNTS;
  if (type === 0 && skip > 0) place(input + 1, 0);
  return AGAIN;
}

function finish(): i32 {
  end = position();
  if (skip > 0) place(input + 1, 0);
  state = NOTHING;
  return DONE;
}

function useFixed(): void {
  literalTable = FIXED_LITERALS;
  literalBits = 9;
  distanceTable = FIXED_DISTANCES;
  distanceBits = 5;
  state = SYMBOLS;
}

function readStoredSize(): i32 {
  if (inputEnd - input < 4) return STARVED;
  const bits = load<u32>(input);
  place(input + 4, 0);
  storedLeft = (bits & 0xffff) as usize;
  if (((bits >> 16) ^ 0xffff) !== (bits & 0xffff)) return INVALID;
  state = STORED;
  return AGAIN;
}

function copyStored(): i32 {
  if (storedLeft === 0) {
    state = HEADER;
    return AGAIN;
  }
  if (output >= OUTPUT_END) return FULL;
  const count = min(storedLeft, min(inputEnd - input, OUTPUT_END - output));
  if (count === 0) return STARVED;
  memory.copy(output, input, count);
  placeOutput(output + count, oldest);
  place(input + count, 0);
  storedLeft -= count;
  return AGAIN;
}

function readCounts(): i32 {
  if (known() < 14) return STARVED;
  const bits = peek() as u32;
  drop(14);
  literalCount = (bits & 31) + 257;
  distanceCount = ((bits >> 5) & 31) + 1;
  codeCount = ((bits >> 10) & 15) + 4;
  if (literalCount > 286 || distanceCount > 30) return INVALID;
  memory.fill(LENGTHS, 0, 19);
  lengthsRead = 0;
  state = CODE_LENGTHS;
  return AGAIN;
}

function readCodeLengths(): i32 {
  for (; lengthsRead < codeCount; lengthsRead++) {
    if (known() < 3) return STARVED;
    store<u8>(LENGTHS + codeAt(lengthsRead), (peek() & 7) as u8);
    drop(3);
  }
  codeBits = build(LENGTHS, 19, CODE_MEANINGS, CODE_TABLE, CODE_BITS);
  if (codeBits === 0) return INVALID;
  lengthsRead = 0;
  state = BOTH_LENGTHS;
  return AGAIN;
}

/** The symbol whose length stands at this place: 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15. */
function codeAt(place: u32): u32 {
  if (place < 3) return place + 16;
  if (place === 3) return 0;
  const offset = (place - 3) >> 1;
  return place & 1 ? 8 - offset : 8 + offset;
}

function readLengths(): i32 {
  const all = literalCount + distanceCount;
  while (lengthsRead < all) {
    const bits = peek() as u32;
    const entry = load<u32>(CODE_TABLE + ((bits & ((1 << codeBits) - 1)) << 2));
    const length = entry & 0xff;
    const symbol = (entry >> 16) as u8;
    const extra: u32 = symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    if (length + extra > known()) return STARVED;
    drop(length + extra);
    if (entry & NONE) return INVALID;
    const times = symbol < 16 ? 1 : ((bits >> length) & ((1 << extra) - 1)) + (symbol === 18 ? 11 : 3);
    if (lengthsRead + times > all || (symbol === 16 && lengthsRead === 0)) return INVALID;
    const value: u8 = symbol < 16 ? symbol : symbol === 16 ? load<u8>(LENGTHS + lengthsRead - 1) : 0;
    memory.fill(LENGTHS + lengthsRead, value, times);
    lengthsRead += times;
  }
  return buildTables();
}

function buildTables(): i32 {
  if (load<u8>(LENGTHS + 256) === 0) return INVALID;
  literalTable = LITERALS;
  literalBits = build(LENGTHS, literalCount, LITERAL_MEANINGS, LITERALS, LITERAL_BITS);
  if (literalBits === 0) return INVALID;
  distanceTable = DISTANCES;
  distanceBits = build(LENGTHS + literalCount, distanceCount, DISTANCE_MEANINGS, DISTANCES, DISTANCE_BITS);
  if (distanceBits === 0) return INVALID;
  state = SYMBOLS;
  return AGAIN;
}

function readSymbols(): i32 {
  const found = decode(inputEnd, literalTable, literalBits, distanceTable, distanceBits);
  if (found === END) {
    state = HEADER;
    return AGAIN;
  }
  if (found === NONE) return INVALID;
  return output >= OUTPUT_END ? FULL : readSymbol();
}

/** One symbol near the end of the input. */
function readSymbol(): i32 {
  const bits = peek();
  const entry = lookUp(literalTable, literalBits, bits);
  const used = entry & 0xff;
  if (used > known()) return STARVED;
  if (entry & NONE) return INVALID;
  if (entry & END) {
    drop(used);
    state = HEADER;
    return AGAIN;
  }
  if (entry & LITERAL) {
    drop(used);
    store<u8>(output, (entry >> 16) as u8);
    placeOutput(output + 1, oldest);
    return AGAIN;
  }
  return readMatch(bits, entry);
}

function readMatch(bits: u64, lengthEntry: u32): i32 {
  const used = lengthEntry & 0xff;
  const entry = lookUp(distanceTable, distanceBits, bits >> used);
  const all = used + (entry & 0xff);
  if (all > known()) return STARVED;
  if (entry & NONE) return INVALID;
  const distance = amount(entry, bits >> used);
  if (distance > output - oldest) return INVALID;
  drop(all);
  const stop = output + amount(lengthEntry, bits);
  let to = output;
  for (; to < stop; to++) store<u8>(to, load<u8>(to - distance));
  placeOutput(to, oldest);
  return AGAIN;
}

function lookUp(table: usize, width: u32, bits: u64): u32 {
  const entry = load<u32>(table + ((((bits as u32) & ((1 << width) - 1)) as usize) << 2));
  if (!(entry & LINK)) return entry;
  const index = (((bits >> width) as u32) & ((1 << ((entry >> 8) & 15)) - 1)) + (entry >> 16);
  return load<u32>(table + ((index as usize) << 2));
}

function amount(entry: u32, bits: u64): usize {
  const extra = ((bits as u32) & ((1 << (entry & 0xff)) - 1)) >> ((entry >> 8) & 15);
  return ((entry >> 16) + extra) as usize;
}
