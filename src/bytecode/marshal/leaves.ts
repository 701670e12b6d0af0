import type { Cursor } from './cursor.ts';
import { code, kind, singletons, text } from './kinds.ts';
import { malformed } from './malformed.ts';
import type { Nodes } from './nodes.ts';
import { classify } from './text.ts';

const largestDigit = 0x7fff;

/** Reads an object without children, whose type code has been read. Throws INTERNAL for other type codes. */
export function readLeaf(nodes: Nodes, cursor: Cursor, type: number): number {
  switch (type) {
    case code.shortAscii:
    case code.shortAsciiInterned:
      return readString(nodes, cursor, cursor.byte(), text.ascii);
    case code.ascii:
    case code.asciiInterned:
      return readString(nodes, cursor, cursor.int(), text.ascii);
    case code.unicode:
    case code.unicodeInterned:
      return readString(nodes, cursor, cursor.int(), 0);
    case code.bytes:
      return readPlain(nodes, cursor, kind.bytes, cursor.int());
    case code.int:
      return readPlain(nodes, cursor, kind.int, 4);
    case code.long:
      return readLong(nodes, cursor);
    case code.float:
      return readFloats(nodes, cursor, kind.float, 8);
    case code.complex:
      return readFloats(nodes, cursor, kind.complex, 16);
    default:
      return readSingleton(cursor, type);
  }
}

function readSingleton(cursor: Cursor, type: number): number {
  const node = singletons.indexOf(type);
  if (node < 0) throw malformed(`type code ${type}`, cursor.at - 1);
  return node;
}

function readPlain(nodes: Nodes, cursor: Cursor, nodeKind: number, size: number): number {
  return nodes.leaf(nodeKind, cursor.skip(size), size);
}

function readString(nodes: Nodes, cursor: Cursor, size: number, must: number): number {
  const start = cursor.skip(size);
  const next = nodes.count;
  const node = nodes.leaf(kind.string, start, size);
  if (node === next) nodes.extras[node] = classify(cursor.bytes, start, size);
  if (((nodes.extras[node] as number) & must) !== must) throw malformed('ASCII with other bytes', start);
  return node;
}

/** The sign and payload of a NaN depend on the processor; each NaN stays an object of its own, as it equals no other. */
function readFloats(nodes: Nodes, cursor: Cursor, nodeKind: number, size: number): number {
  const start = cursor.skip(size);
  let hasNan = false;
  for (let at = start; at < start + size; at += 8) hasNan = settleNan(cursor.bytes, at) || hasNan;
  return hasNan ? nodes.add(nodeKind, start, size) : nodes.leaf(nodeKind, start, size);
}

function settleNan(bytes: Uint8Array, at: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, 8);
  if (!Number.isNaN(view.getFloat64(0, true))) return false;
  view.setUint32(0, 0, true);
  view.setUint32(4, 0x7ff80000, true);
  return true;
}

/** A signed count of digits, then 15 bits in each two bytes, the lowest first. */
function readLong(nodes: Nodes, cursor: Cursor): number {
  const start = cursor.at;
  const digits = Math.abs(cursor.int());
  const first = cursor.skip(2 * digits);
  let digit = 0;
  for (let at = first; at < cursor.at; at += 2) {
    digit = (cursor.bytes[at] as number) | ((cursor.bytes[at + 1] as number) << 8);
    if (digit > largestDigit) throw malformed('an integer digit out of range', at);
  }
  if (digit === 0) throw malformed('an integer without a leading digit', start);
  return nodes.leaf(kind.long, start, 4 + 2 * digits);
}
