// The inner loop: symbols of one block, while one more step can neither meet the end of the input nor overrun the output.
//
// `held` has the next bits of the stream, lowest first. The low 6 bits of `count` say how many of them are known; `next` is the byte behind
// those. Bits of `held` above them are what the stream has there, or zero, so that filling it again with the same bytes is harmless.
import { OUTPUT, OUTPUT_END } from './layout';
import { input, inputEnd, moveInput, moveOutput, output, skip } from './stream';
import { END, LINK, LITERAL, NONE } from './tables';

/** Bytes that must follow `next`. A step uses at most 11 + 20 + 28 bits, and at least 56 are known when it begins. */
const MARGIN: usize = 1;

/** Decodes with these tables. Returns END after the end of the block, NONE for what no stream may hold, 0 if room is short. */
export function decode(literals: usize, literalBits: u32, distances: usize, distanceBits: u32): u32 {
  const lastInput = inputEnd - MARGIN;
  const literalMask = (1 << literalBits) - 1;
  const distanceMask = (1 << distanceBits) - 1;
  let held = (load<u8>(input) as u64) >> skip;
  let count: u64 = 8 - skip;
  let next = input + 1;
  let out = output;
  let status: u32 = 0;
  held |= load<u64>(next) << count;
  next += missing(count);
  count |= 56;
  let entry = entryFor(literals, literalMask, held);
  while (next <= lastInput && out < OUTPUT_END) {
    // A literal without a link takes at most 11 bits, so enough are left for another, or for a length.
    if (has(entry, LITERAL)) {
      store<u8>(out++, (entry >> 16) as u8);
      held >>= entry;
      count -= entry;
      entry = entryFor(literals, literalMask, held);
    }
    if (has(entry, LINK)) entry = linked(literals, literalBits, held, entry);
    const lengthEntry = entry;
    const lengthBits = held;
    held >>= entry;
    count -= entry;
    held |= load<u64>(next) << count;
    status = (entry as u32) & (END | NONE);
    if (status !== 0) break;
    if (has(entry, LITERAL)) {
      next += missing(count);
      count |= 56;
      store<u8>(out++, (entry >> 16) as u8);
      entry = entryFor(literals, literalMask, held);
      continue;
    }
    next += missing(count);
    count |= 56;
    entry = entryFor(distances, distanceMask, held);
    if (has(entry, LINK)) entry = linked(distances, distanceBits, held, entry);
    const distance = amount(entry, held);
    held >>= entry;
    count -= entry;
    if (has(entry, NONE) || distance > out - OUTPUT) {
      status = NONE;
      break;
    }
    held |= load<u64>(next) << count;
    next += missing(count);
    count |= 56;
    entry = entryFor(literals, literalMask, held);
    const length = amount(lengthEntry, lengthBits);
    copyMatch(out, distance, length);
    out += length;
  }
  count &= 63;
  moveInput(next - (((count + 7) >> 3) as usize), (-count & 7) as u32);
  moveOutput(out);
  return status;
}

/** Whole bytes that fit behind the known bits. */
function missing(count: u64): usize {
  return ((63 - (count & 63)) >> 3) as usize;
}

function has(entry: u64, flags: u32): bool {
  return ((entry as u32) & flags) !== 0;
}

function entryFor(table: usize, mask: u32, bits: u64): u64 {
  return load<u32>(table + (((bits as u32) & mask) << 2));
}

function linked(table: usize, width: u32, bits: u64, link: u64): u64 {
  return entryFor(table + (((link >> 16) as usize) << 2), (1 << (((link >> 8) & 15) as u32)) - 1, bits >> width);
}

/** A length or distance: the base of its code, and the extra bits behind the code. */
function amount(entry: u64, bits: u64): usize {
  return ((entry >> 16) + ((bits & (((1 as u64) << entry) - 1)) >> ((entry >> 8) & 15))) as usize;
}

/** Copies in words; up to 15 bytes behind the match are overwritten too. */
function copyMatch(to: usize, distance: usize, length: usize): void {
  const stop = to + length;
  let from = to - distance;
  if (distance >= 8) {
    do {
      store<u64>(to, load<u64>(from));
      store<u64>(to, load<u64>(from, 8), 8);
      to += 16;
      from += 16;
    } while (to < stop);
  } else if (distance === 1) {
    const half = (load<u8>(from) as u64) * 0x01010101;
    for (; to < stop; to += 8) store<u64>(to, (half << 32) | half);
  } else {
    // A word holds the pattern at least once.
    for (; to < stop; to += distance, from += distance) store<u64>(to, load<u64>(from));
  }
}
