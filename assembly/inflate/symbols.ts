// The inner loop: symbols of one block, as long as one more step cannot meet the end of the input or overrun the output.
import { OUTPUT_END } from './layout';
import { END, LINK, NONE } from './tables';

/** Longest read ahead of one step: two refills of up to 7 bytes, and a word. */
const MARGIN: usize = 24;

/** Between calls: the byte that holds the next bit, how many bits of it are used, where output goes, and the oldest byte a distance may reach. */
export let input: usize = 0;
export let skip: u32 = 0;
export let output: usize = 0;
export let oldest: usize = 0;

export function place(at: usize, bits: u32): void {
  input = at;
  skip = bits;
}

export function placeOutput(at: usize, first: usize): void {
  output = at;
  oldest = first;
}

/**
 * Decodes from `input` to `output`. Returns the entry END after the end of the block, NONE for what no stream may hold,
 * 0 if input or output has to be looked at.
 */
export function decode(end: usize, literals: usize, literalBits: u32, distances: usize, distanceBits: u32): u32 {
  const lastInput = end - MARGIN;
  if (end < MARGIN || input > lastInput || output >= OUTPUT_END) return 0;
  const literalMask: u64 = ((1 as u64) << literalBits) - 1;
  const distanceMask: u64 = ((1 as u64) << distanceBits) - 1;
  const first = oldest;
  let out = output;
  // Of `held` bits only the low 6 bits of `count` tell how many are known; the bits above them are right already or zero.
  let held: u64 = (load<u8>(input) as u64) >> skip;
  let count: u64 = 8 - skip;
  let next = input + 1;
  held |= load<u64>(next) << count;
  next += (63 - (count as usize)) >> 3;
  count |= 56;
  let status: u32 = 0;
  let entry: u64 = load<u32>(literals + (((held & literalMask) as usize) << 2));
  while (true) {
    if ((entry as u32 as i32) < 0) {
      held >>= entry;
      count -= entry;
      store<u8>(out++, (entry >> 16) as u8);
      entry = load<u32>(literals + (((held & literalMask) as usize) << 2));
      if ((entry as u32 as i32) < 0) {
        held >>= entry;
        count -= entry;
        store<u8>(out++, (entry >> 16) as u8);
        entry = load<u32>(literals + (((held & literalMask) as usize) << 2));
        if ((entry as u32 as i32) < 0) {
          held >>= entry;
          count -= entry;
          store<u8>(out++, (entry >> 16) as u8);
          held |= load<u64>(next) << count;
          next += (63 - ((count & 63) as usize)) >> 3;
          count |= 56;
          if (next > lastInput || out >= OUTPUT_END) break;
          entry = load<u32>(literals + (((held & literalMask) as usize) << 2));
          continue;
        }
      }
    }
    if ((entry as u32) & (LINK | END | NONE)) {
      if ((entry as u32) & LINK) {
        const at = ((held >> (literalBits as u64)) & (((1 as u64) << ((entry >> 8) & 15)) - 1)) + (entry >> 16);
        entry = load<u32>(literals + ((at as usize) << 2));
      }
      if ((entry as u32 as i32) < 0) {
        held >>= entry;
        count -= entry;
        store<u8>(out++, (entry >> 16) as u8);
        held |= load<u64>(next) << count;
        next += (63 - ((count & 63) as usize)) >> 3;
        count |= 56;
        if (next > lastInput || out >= OUTPUT_END) break;
        entry = load<u32>(literals + (((held & literalMask) as usize) << 2));
        continue;
      }
      if ((entry as u32) & (END | NONE)) {
        held >>= entry;
        count -= entry;
        status = (entry as u32) & (END | NONE);
        break;
      }
    }
    const length = ((entry >> 16) as usize) + (((held & (((1 as u64) << entry) - 1)) >> ((entry >> 8) & 15)) as usize);
    held >>= entry;
    count -= entry;
    held |= load<u64>(next) << count;
    next += (63 - ((count & 63) as usize)) >> 3;
    count |= 56;
    entry = load<u32>(distances + (((held & distanceMask) as usize) << 2));
    if ((entry as u32) & (LINK | NONE)) {
      if ((entry as u32) & LINK) {
        const at = ((held >> (distanceBits as u64)) & (((1 as u64) << ((entry >> 8) & 15)) - 1)) + (entry >> 16);
        entry = load<u32>(distances + ((at as usize) << 2));
      }
      if ((entry as u32) & NONE) {
        status = NONE;
        break;
      }
    }
    const distance = ((entry >> 16) as usize) + (((held & (((1 as u64) << entry) - 1)) >> ((entry >> 8) & 15)) as usize);
    held >>= entry;
    count -= entry;
    if (distance > out - first) {
      status = NONE;
      break;
    }
    held |= load<u64>(next) << count;
    next += (63 - ((count & 63) as usize)) >> 3;
    count |= 56;
    entry = load<u32>(literals + (((held & literalMask) as usize) << 2));
    let from = out - distance;
    const stop = out + length;
    if (distance >= 8) {
      store<u64>(out, load<u64>(from));
      store<u64>(out, load<u64>(from, 8), 8);
      if (length > 16) {
        out += 16;
        from += 16;
        do {
          store<u64>(out, load<u64>(from));
          store<u64>(out, load<u64>(from, 8), 8);
          out += 16;
          from += 16;
        } while (out < stop);
      }
    } else if (distance === 1) {
      const half = (load<u8>(from) as u64) * 0x01010101;
      const run = (half << 32) | half;
      do {
        store<u64>(out, run);
        out += 8;
      } while (out < stop);
    } else {
      do {
        store<u64>(out, load<u64>(from));
        out += distance;
        from += distance;
      } while (out < stop);
    }
    out = stop;
    if (next > lastInput || out >= OUTPUT_END) break;
  }
  count &= 63;
  input = next - (((count + 7) >> 3) as usize);
  skip = ((8 - (count & 7)) & 7) as u32;
  output = out;
  return status;
}
