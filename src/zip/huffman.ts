const maxBits = 15;

/** A decoding table: index it with `bits` bits of input, LSB first. An entry is `symbol << 4 | length`; 0 is an unused code. */
export interface HuffmanTable {
  readonly bits: number;
  readonly entries: Uint16Array;
}

/**
 * Builds the table for canonical code lengths (RFC 1951 §3.2.2). Undefined for sets that no compressor writes:
 * over-subscribed ones, and incomplete ones other than a single code of one bit.
 */
export function huffmanTable(lengths: Uint8Array): HuffmanTable | undefined {
  const counts = new Uint16Array(maxBits + 1);
  for (const length of lengths) counts[length] = (counts[length] ?? 0) + 1;
  const bits = counts.findLastIndex((count, length) => length > 0 && count > 0);
  if (bits < 1) return { bits: 1, entries: new Uint16Array(2) };
  let left = 1;
  const nextCode = new Uint16Array(maxBits + 2);
  for (let length = 1; length <= maxBits; length++) {
    const count = counts[length] ?? 0;
    left = left * 2 - count;
    if (left < 0) return undefined;
    nextCode[length + 1] = ((nextCode[length] ?? 0) + count) << 1;
  }
  if (left > 0 && bits !== 1) return undefined;
  return { bits, entries: fill(lengths, nextCode, bits) };
}

function fill(lengths: Uint8Array, nextCode: Uint16Array, bits: number): Uint16Array {
  const entries = new Uint16Array(1 << bits);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol] ?? 0;
    if (length === 0) continue;
    const code = nextCode[length] ?? 0;
    nextCode[length] = code + 1;
    const step = 1 << length;
    for (let at = reversed(code, length); at < entries.length; at += step) entries[at] = (symbol << 4) | length;
  }
  return entries;
}

function reversed(code: number, length: number): number {
  let result = 0;
  for (let bit = 0; bit < length; bit++) result |= ((code >> bit) & 1) << (length - 1 - bit);
  return result;
}
