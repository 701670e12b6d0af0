// One symbol at a time, where the inner loop cannot go: near the end of the input.
import { OUTPUT } from './layout';
import { drop, known, moveOutput, output, peek } from './stream';
import { END, LINK, LITERAL, NONE } from './tables';

/** `decodeOne` found too few known bits, and used none; or a symbol that is not the end of the block. */
export const TOO_FEW: u32 = 1;
export const DECODED: u32 = 2;

/** Decodes one symbol. Returns TOO_FEW, DECODED, END, or NONE for what no stream may hold. */
export function decodeOne(literals: usize, literalBits: u32, distances: usize, distanceBits: u32): u32 {
  const bits = peek();
  const entry = lookUp(literals, literalBits, bits);
  const used = entry & 0xff;
  if (used > known()) return TOO_FEW;
  if (entry & NONE) return NONE;
  if (!(entry & (END | LITERAL))) return decodeMatch(bits, entry, distances, distanceBits);
  drop(used);
  if (entry & END) return END;
  store<u8>(output, (entry >> 16) as u8);
  moveOutput(output + 1);
  return DECODED;
}

function decodeMatch(bits: u64, lengthEntry: u32, distances: usize, distanceBits: u32): u32 {
  const behind = bits >> (lengthEntry & 0xff);
  const entry = lookUp(distances, distanceBits, behind);
  const used = (lengthEntry & 0xff) + (entry & 0xff);
  if (used > known()) return TOO_FEW;
  const distance = amount(entry, behind);
  if (entry & NONE || distance > output - OUTPUT) return NONE;
  drop(used);
  let to = output;
  for (const stop = to + amount(lengthEntry, bits); to < stop; to++) store<u8>(to, load<u8>(to - distance));
  moveOutput(to);
  return DECODED;
}

function lookUp(table: usize, width: u32, bits: u64): u32 {
  const entry = load<u32>(table + (((bits as u32) & ((1 << width) - 1)) << 2));
  if (!(entry & LINK)) return entry;
  const index = (((bits >> width) as u32) & ((1 << ((entry >> 8) & 15)) - 1)) + (entry >> 16);
  return load<u32>(table + (index << 2));
}

function amount(entry: u32, bits: u64): usize {
  return (entry >> 16) + (((bits as u32) & ((1 << (entry & 0xff)) - 1)) >> ((entry >> 8) & 15));
}
