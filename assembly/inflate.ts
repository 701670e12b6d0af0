// A decoder for raw deflate (RFC 1951) that can stop at any byte of input, and knows where the last block begins and the stream ends.
//
// The caller writes a part of the stream where `feed` says and calls `run` until it asks for more. Between calls only whole bytes and the
// number of used bits in the first of them are kept, so a part may end anywhere.
import { CUT, distanceBits, literalBits, READ, readCodeLengths, readCounts, readLengths } from './inflate/header';
import { DISTANCES, FIXED_DISTANCES, FIXED_LITERALS, INPUT, LITERALS, MEMORY_END, OUTPUT, OUTPUT_END, WINDOW_SIZE } from './inflate/layout';
import {
  addressOf,
  align,
  drop,
  input,
  inputEnd,
  keepOutput,
  known,
  moveInput,
  moveOutput,
  output,
  peek,
  position,
  restart,
} from './inflate/stream';
import { decodeOne, TOO_FEW } from './inflate/symbol';
import { decode } from './inflate/symbols';
import { END, FIXED_DISTANCE_BITS, FIXED_LITERAL_BITS, NONE, prepare } from './inflate/tables';

export { feed } from './inflate/stream';

// What `run` returns.
const STARVED: i32 = 0;
const FULL: i32 = 1;
const DONE: i32 = 2;
const INVALID: i32 = 3;
/** Of steps only: go on with the next. */
const AGAIN: i32 = 4;

// What comes next in the stream.
const BLOCK: i32 = 0;
const STORED_SIZE: i32 = 1;
const STORED: i32 = 2;
const COUNTS: i32 = 3;
const CODE_LENGTHS: i32 = 4;
const LENGTHS: i32 = 5;
const FIXED_SYMBOLS: i32 = 6;
const SYMBOLS: i32 = 7;
const NOTHING: i32 = 8;

let state: i32 = BLOCK;
/** Begin of the output of the last `run`. */
let fresh: usize = OUTPUT;
let isLast: bool = false;
let lastBlock: u64 = 0;
let end: u64 = 0;
/** Bytes of a stored block that are still to come. */
let storedLeft: usize = 0;

memory.grow((((MEMORY_END + 0xffff) >>> 16) as i32) - memory.size());
prepare();

/** Begins a new stream. */
export function reset(): void {
  restart();
  state = BLOCK;
  fresh = OUTPUT;
  isLast = false;
}

/** Decodes until the input is used up (0), the output is full (1), the stream ends (2), or is found invalid (3). */
export function run(): i32 {
  if (output >= OUTPUT_END) keepOutput(WINDOW_SIZE);
  fresh = output;
  let status = AGAIN;
  while (status === AGAIN) status = step();
  return status;
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
  const at = addressOf(lastBlock);
  if (isLast && at < input) store<u8>(at, load<u8>(at) & ~(1 << ((lastBlock & 7) as u8)));
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
    case BLOCK:
      return isLast ? finish() : startBlock();
    case STORED_SIZE:
      return readStoredSize();
    case STORED:
      return copyStored();
    case COUNTS:
      return then(CODE_LENGTHS, readCounts());
    case CODE_LENGTHS:
      return then(LENGTHS, readCodeLengths());
    case LENGTHS:
      return then(SYMBOLS, readLengths());
    case FIXED_SYMBOLS:
      return readSymbols(FIXED_LITERALS, FIXED_LITERAL_BITS, FIXED_DISTANCES, FIXED_DISTANCE_BITS);
    case SYMBOLS:
      return readSymbols(LITERALS, literalBits, DISTANCES, distanceBits);
    default:
      return DONE;
  }
}

function then(next: i32, result: i32): i32 {
  if (result !== READ) return result === CUT ? STARVED : INVALID;
  state = next;
  return AGAIN;
}

function finish(): i32 {
  end = position();
  align();
  state = NOTHING;
  return DONE;
}

function startBlock(): i32 {
  if (known() < 3) return STARVED;
  const bits = peek() as u32;
  lastBlock = position();
  isLast = (bits & 1) !== 0;
  drop(3);
  switch ((bits >> 1) & 3) {
    case 0:
      align();
      state = STORED_SIZE;
      return AGAIN;
    case 1:
      state = FIXED_SYMBOLS;
      return AGAIN;
    case 2:
      state = COUNTS;
      return AGAIN;
    default:
      return INVALID;
  }
}

function readStoredSize(): i32 {
  if (known() < 32) return STARVED;
  const bits = peek() as u32;
  drop(32);
  storedLeft = bits & 0xffff;
  if (bits >> 16 !== (storedLeft ^ 0xffff)) return INVALID;
  state = STORED;
  return AGAIN;
}

function copyStored(): i32 {
  if (storedLeft > 0 && output >= OUTPUT_END) return FULL;
  const count = min(storedLeft, min(inputEnd - input, OUTPUT_END - output));
  memory.copy(output, input, count);
  moveOutput(output + count);
  moveInput(input + count, 0);
  storedLeft -= count;
  if (storedLeft > 0) return count > 0 ? AGAIN : STARVED;
  state = BLOCK;
  return AGAIN;
}

function readSymbols(literals: usize, width: u32, distances: usize, distanceWidth: u32): i32 {
  let found = decode(literals, width, distances, distanceWidth);
  while (found !== END && found !== NONE) {
    if (output >= OUTPUT_END) return FULL;
    found = decodeOne(literals, width, distances, distanceWidth);
    if (found === TOO_FEW) return STARVED;
  }
  if (found === NONE) return INVALID;
  state = BLOCK;
  return AGAIN;
}
