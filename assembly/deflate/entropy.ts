// What a block would take, by the entropy of its symbols: near enough to decide where blocks end, and quick.
import { DISTANCE_COUNTS, DISTANCES, LITERALS } from './alphabet';

/** Logarithms are in units of 1/256 bit, from a table of 512 steps per power of two. */
const STEP_BITS: u32 = 9;
const LOGARITHMS: usize = memory.data(512 * 2);

/** Digit by digit: the square of a number has twice its logarithm. */
export function fillLogarithms(): void {
  for (let step: u32 = 0; step < 512; step++) {
    let value: u64 = (512 + <u64>step) << 22;
    let logarithm: u32 = 0;
    for (let digit = 0; digit < 8; digit++) {
      value = (value * value) >> 31;
      logarithm <<= 1;
      if (value >> 32 === 0) continue;
      value >>= 1;
      logarithm |= 1;
    }
    store<u16>(LOGARITHMS + (step << 1), <u16>logarithm);
  }
}

/** count × log2(count); `count` is above 0 and below 2^23. */
// @inline
function weigh(count: u32): u64 {
  const high = 31 - clz<u32>(count);
  const step = ((count << (31 - high)) << 1) >> (32 - STEP_BITS);
  return <u64>count * <u64>((high << 8) + load<u16>(LOGARITHMS + (step << 1)));
}

/** A block's header takes so much, and so much for every symbol in use. */
const HEADER_COST: u64 = 200 << 8;
const SYMBOL_COST: u64 = 3 << 8;

function alphabetCost(counts: usize, size: u32): u64 {
  let total: u32 = 0;
  let weights: u64 = 0;
  let used: u64 = 0;
  for (const end = counts + (size << 2); counts < end; counts += 4) {
    const count = load<u32>(counts);
    if (count === 0) continue;
    total += count;
    weights += weigh(count);
    used += SYMBOL_COST;
  }
  return total === 0 ? 0 : weigh(total) - weights + used;
}

/** Of a block, in units of 1/256 bit, without extra bits, which are the same however blocks are cut. */
export function entropyCost(counts: usize): u64 {
  return HEADER_COST + alphabetCost(counts, LITERALS) + alphabetCost(counts + DISTANCE_COUNTS, DISTANCES);
}
