// Earlier places with the same bytes, at most 32 KiB back. Every place is entered under the hash of its next 4 bytes, where places are
// chained, and of its next 3, where only the last one is kept. Places are pointers plus `bias`: the bytes move to the front of their
// buffer now and then, and bias grows by as much, so that tables stay true.
import { MAX_MATCH, MIN_MATCH } from './alphabet';

export const WINDOW: u32 = 32768;
const HASH_BITS: u32 = 16;
const SHORT_HASH_BITS: u32 = 14;
const HEADS: usize = memory.data((1 << 16) * 4, 16);
const SHORT_HEADS: usize = memory.data((1 << 14) * 4, 16);
/** By place modulo the window: how far back the place before it in its chain is, at most 65,535. */
const CHAIN: usize = memory.data((1 << 15) * 2, 16);

/** Matches of three bytes from farther back cost more than literals. */
const SHORT_MATCH_DISTANCE: u32 = 8192;
/** Places are renumbered before they need more than 32 bits. */
const LAST_PLACE: u32 = 0xf0000000;
const FIRST_PLACE: u32 = 2 * WINDOW;

/** Place of a pointer less the pointer; a multiple of the window, as is every change of it. */
export let bias: u32 = 0;
/** Nothing before this place is used. */
export let low: u32 = 0;

export function forgetPlaces(place: u32): void {
  low = place;
}

/** Empties the tables. `origin` is the least place, which no output depends on. */
export function startPlaces(buffer: usize, origin: u32): void {
  memory.fill(HEADS, 0, (1 << HASH_BITS) * 4);
  memory.fill(SHORT_HEADS, 0, (1 << SHORT_HASH_BITS) * 4);
  bias = FIRST_PLACE + (origin & ~(WINDOW - 1)) - (<u32>buffer & ~(WINDOW - 1));
  low = <u32>buffer + bias;
}

/** The bytes have moved by a multiple of the window. */
export function movePlaces(by: u32): void {
  bias += by;
}

/** To be called with a pointer that is not less than any before, before its place is used. */
export function renumberPlaces(pointer: usize): void {
  if (<u32>pointer + bias < LAST_PLACE) return;
  const by = (<u32>pointer + bias - FIRST_PLACE - WINDOW) & ~(WINDOW - 1);
  renumber(HEADS, 1 << HASH_BITS, by);
  renumber(SHORT_HEADS, 1 << SHORT_HASH_BITS, by);
  low = low > by ? low - by : 0;
  bias -= by;
}

function renumber(table: usize, size: u32, by: u32): void {
  for (let at = table; at < table + (size << 2); at += 4) {
    const place = load<u32>(at);
    store<u32>(at, place > by ? place - by : 0);
  }
}

// @inline
function hash(bytes: u32): usize {
  return ((bytes * 0x9e3779b1) >> (32 - HASH_BITS)) << 2;
}

// @inline
function shortHash(bytes: u32): usize {
  return (((bytes << 8) * 0x9e3779b1) >> (32 - SHORT_HASH_BITS)) << 2;
}

/** Enters a pointer with at least 4 bytes. */
// @inline
export function enter(pointer: usize, places: u32): void {
  const bytes = load<u32>(pointer);
  const place = <u32>pointer + places;
  const head = HEADS + hash(bytes);
  const before = load<u32>(head);
  store<u32>(head, place);
  store<u32>(SHORT_HEADS + shortHash(bytes), place);
  store<u16>(CHAIN + ((place & (WINDOW - 1)) << 1), <u16>min<u32>(place - before, 65535));
}

/** How many bytes are equal, from `length` on, where they are known to be; `b` is the later place. */
// @inline
function extend(a: usize, b: usize, length: u32, most: u32): u32 {
  while (length < most) {
    const difference = load<u64>(a + length) ^ load<u64>(b + length);
    if (difference !== 0) return min(length + (<u32>ctz<u64>(difference) >> 3), most);
    length += 8;
  }
  return most;
}

/**
 * Enters a pointer with at least 4 bytes, and finds the longest match of more than `beaten` bytes, the nearest of equal ones: length << 16
 * | distance, or 0. Follows `depth` links of the chain, or fewer if a match of `nice` bytes turns up.
 */
// @inline
export function find(pointer: usize, end: usize, beaten: u32, depth: u32, nice: u32): u32 {
  const places = bias;
  const bytes = load<u32>(pointer);
  const place = <u32>pointer + places;
  const head = HEADS + hash(bytes);
  const shortHead = SHORT_HEADS + shortHash(bytes);
  let candidate = load<u32>(head);
  const near = load<u32>(shortHead);
  store<u32>(head, place);
  store<u32>(shortHead, place);
  store<u16>(CHAIN + ((place & (WINDOW - 1)) << 1), <u16>min<u32>(place - candidate, 65535));
  const least = max(low, place - WINDOW);
  const most = min<u32>(MAX_MATCH, <u32>(end - pointer));
  const enough = min(nice, most);
  let best: u32 = 0;
  let longest = max(beaten, MIN_MATCH);
  if (beaten < MIN_MATCH && near >= max(least, place - SHORT_MATCH_DISTANCE)) {
    if ((load<u32>(near - places) ^ bytes) << 8 === 0) best = (MIN_MATCH << 16) | (place - near);
  }
  if (longest >= most) return best;
  let tail = load<u32>(pointer + longest - 3);
  while (candidate >= least) {
    const other = <usize>(candidate - places);
    if (load<u32>(other + longest - 3) === tail && load<u32>(other) === bytes) {
      const length = extend(other, pointer, 4, most);
      if (length > longest) {
        longest = length;
        best = (length << 16) | (place - candidate);
        if (length >= enough) return best;
        tail = load<u32>(pointer + longest - 3);
      }
    }
    if (--depth === 0) return best;
    candidate -= load<u16>(CHAIN + ((candidate & (WINDOW - 1)) << 1));
  }
  return best;
}
