// Where input and output stand. The next bit is bit `skip` (0 to 7) of the byte at `input`.
import { INPUT, OUTPUT } from './layout';

export let input: usize = INPUT;
export let skip: u32 = 0;
/** End of the input that was fed. */
export let inputEnd: usize = INPUT;
/** Bytes of the stream before `INPUT`. */
let before: u64 = 0;

/** Where output goes. A distance may reach back to `OUTPUT`: either the stream begins there, or 32 KiB or more are kept. */
export let output: usize = OUTPUT;

export function restart(): void {
  input = INPUT;
  skip = 0;
  inputEnd = INPUT;
  before = 0;
  output = OUTPUT;
}

/** Address to which the caller writes the next `count` bytes of the stream, at most 1 MiB. Input that was used is gone. */
export function feed(count: usize): usize {
  const rest = inputEnd - input;
  before += input - INPUT;
  memory.copy(INPUT, input, rest);
  input = INPUT;
  inputEnd = INPUT + rest + count;
  return INPUT + rest;
}

export function moveInput(at: usize, bits: u32): void {
  input = at;
  skip = bits;
}

export function moveOutput(at: usize): void {
  output = at;
}

/** Moves the last `count` bytes of output to its begin; what stood before them is gone. */
export function keepOutput(count: usize): void {
  memory.copy(OUTPUT, output - count, count);
  output = OUTPUT + count;
}

/** How many of the next bits are known; more than 57 are never asked for. */
export function known(): u32 {
  return (min<usize>(inputEnd - input, 8) as u32) * 8 - skip;
}

/** The next bits, lowest first. Beyond the known ones it is rubbish. */
export function peek(): u64 {
  return load<u64>(input) >> skip;
}

export function drop(bits: u32): void {
  const all = skip + bits;
  input += all >> 3;
  skip = all & 7;
}

/** Leaves out the bits up to the next byte. */
export function align(): void {
  if (skip > 0) input++;
  skip = 0;
}

/** Bits from the start of the stream. */
export function position(): u64 {
  return ((before + (input - INPUT)) << 3) + skip;
}

/** Address of the byte with this bit of the stream, or a later one than `input` if it is not there any more. */
export function addressOf(bit: u64): usize {
  const byte = bit >> 3;
  return byte < before ? usize.MAX_VALUE : INPUT + ((byte - before) as usize);
}
