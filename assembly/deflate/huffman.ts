// Codes of limited length for given frequencies (RFC 1951 §3.2.2). Ties are broken by the symbol's number, so one input has one code.

/** Symbols by frequency, and where the sort puts them: frequency << 9 | symbol. */
const KEYS: usize = memory.data(288 * 4);
const SORTED: usize = memory.data(288 * 4);
const DIGITS: usize = memory.data(256 * 4);
/** Of the tree: leaves in the order of `KEYS`, then inner nodes in the order in which they were made. */
const WEIGHTS: usize = memory.data(2 * 288 * 4);
const PARENTS: usize = memory.data(2 * 288 * 2);
const DEPTHS: usize = memory.data(2 * 288);
const LENGTH_COUNTS: usize = memory.data(64 * 4);

// @inline
function at4(base: usize, index: u32): usize {
  return base + (index << 2);
}

/**
 * Code lengths, one byte per symbol, for `size` frequencies of less than 2^23. Symbols without use get 0. At least two symbols get a
 * code, because some readers refuse a code of one symbol.
 */
export function codeLengths(counts: usize, size: u32, limit: u32, lengths: usize): void {
  memory.fill(lengths, 0, size);
  let used = collect(counts, size);
  for (let symbol: u32 = 0; used < 2; symbol++) {
    if (load<u32>(at4(counts, symbol)) === 0) store<u32>(at4(KEYS, used++), symbol);
  }
  sortKeys(used);
  growTree(used);
  countLengths(used, limit);
  let index: u32 = 0;
  for (let length = limit; length > 0; length--) {
    for (let left = load<u32>(at4(LENGTH_COUNTS, length)); left > 0; left--) {
      store<u8>(lengths + (load<u32>(at4(KEYS, index++)) & 511), <u8>length);
    }
  }
}

function collect(counts: usize, size: u32): u32 {
  let used: u32 = 0;
  for (let symbol: u32 = 0; symbol < size; symbol++) {
    const count = load<u32>(at4(counts, symbol));
    if (count === 0) continue;
    store<u32>(at4(KEYS, used), (count << 9) | symbol);
    used++;
  }
  return used;
}

/** Radix sort by frequency, one byte of it at a time, as far as any frequency reaches. */
function sortKeys(size: u32): void {
  let all: u32 = 0;
  for (let i: u32 = 0; i < size; i++) all |= load<u32>(at4(KEYS, i));
  for (let shift: u32 = 9; shift < 32 && all >> shift !== 0; shift += 8) {
    memory.fill(DIGITS, 0, 256 * 4);
    for (let i: u32 = 0; i < size; i++) {
      const digit = at4(DIGITS, (load<u32>(at4(KEYS, i)) >> shift) & 255);
      store<u32>(digit, load<u32>(digit) + 1);
    }
    let sum: u32 = 0;
    for (let i: u32 = 0; i < 256; i++) {
      const count = load<u32>(at4(DIGITS, i));
      store<u32>(at4(DIGITS, i), sum);
      sum += count;
    }
    for (let i: u32 = 0; i < size; i++) {
      const key = load<u32>(at4(KEYS, i));
      const digit = at4(DIGITS, (key >> shift) & 255);
      const place = load<u32>(digit);
      store<u32>(digit, place + 1);
      store<u32>(at4(SORTED, place), key);
    }
    memory.copy(KEYS, SORTED, size << 2);
  }
}

/** Joins the two lightest nodes until one is left. Leaves come sorted and inner nodes are made in order, so both are queues. */
function growTree(leaves: u32): void {
  for (let i: u32 = 0; i < leaves; i++) store<u32>(at4(WEIGHTS, i), load<u32>(at4(KEYS, i)) >> 9);
  let leaf: u32 = 0;
  let inner: u32 = leaves;
  const root: u32 = 2 * leaves - 2;
  for (let made: u32 = leaves; made <= root; made++) {
    let weight: u32 = 0;
    for (let child = 0; child < 2; child++) {
      const isLeaf = leaf < leaves && (inner >= made || load<u32>(at4(WEIGHTS, leaf)) <= load<u32>(at4(WEIGHTS, inner)));
      const node = isLeaf ? leaf++ : inner++;
      weight += load<u32>(at4(WEIGHTS, node));
      store<u16>(PARENTS + (node << 1), <u16>made);
    }
    store<u32>(at4(WEIGHTS, made), weight);
  }
}

/** How many symbols have each length. Too long ones are cut; for each unit of code space that then is missing, a shorter code splits. */
function countLengths(leaves: u32, limit: u32): void {
  memory.fill(LENGTH_COUNTS, 0, 64 * 4);
  const root: u32 = 2 * leaves - 2;
  store<u8>(DEPTHS + root, 0);
  let space: u32 = 0;
  for (let node: i32 = root - 1; node >= 0; node--) {
    const depth: u32 = <u32>load<u8>(DEPTHS + load<u16>(PARENTS + (node << 1))) + 1;
    store<u8>(DEPTHS + node, <u8>depth);
    if (<u32>node >= leaves) continue;
    const length = min(depth, limit);
    const count = at4(LENGTH_COUNTS, length);
    store<u32>(count, load<u32>(count) + 1);
    space += (<u32>1) << (limit - length);
  }
  for (; space > (<u32>1) << limit; space--) splitShorter(limit);
}

function splitShorter(limit: u32): void {
  let length = limit - 1;
  while (load<u32>(at4(LENGTH_COUNTS, length)) === 0) length--;
  store<u32>(at4(LENGTH_COUNTS, length), load<u32>(at4(LENGTH_COUNTS, length)) - 1);
  store<u32>(at4(LENGTH_COUNTS, length + 1), load<u32>(at4(LENGTH_COUNTS, length + 1)) + 2);
  store<u32>(at4(LENGTH_COUNTS, limit), load<u32>(at4(LENGTH_COUNTS, limit)) - 1);
}

/** Codes for the lengths, 4 bytes each: the code as it is written (first bit lowest) << 8 | length. */
export function assignCodes(lengths: usize, size: u32, codes: usize): void {
  memory.fill(LENGTH_COUNTS, 0, 64 * 4);
  for (let i: u32 = 0; i < size; i++) {
    const count = at4(LENGTH_COUNTS, load<u8>(lengths + i));
    store<u32>(count, load<u32>(count) + 1);
  }
  let code: u32 = 0;
  let before: u32 = 0;
  for (let length: u32 = 1; length < 16; length++) {
    code = (code + before) << 1;
    before = load<u32>(at4(LENGTH_COUNTS, length));
    store<u32>(at4(LENGTH_COUNTS, length), code);
  }
  for (let i: u32 = 0; i < size; i++) {
    const length: u32 = load<u8>(lengths + i);
    if (length === 0) continue;
    const next = at4(LENGTH_COUNTS, length);
    store<u32>(at4(codes, i), (reversed(load<u32>(next), length) << 8) | length);
    store<u32>(next, load<u32>(next) + 1);
  }
}

function reversed(code: u32, length: u32): u32 {
  let bits = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  bits = ((bits & 0x3333) << 2) | ((bits >> 2) & 0x3333);
  bits = ((bits & 0x0f0f) << 4) | ((bits >> 4) & 0x0f0f);
  bits = ((bits & 0x00ff) << 8) | (bits >> 8);
  return bits >> (16 - length);
}
