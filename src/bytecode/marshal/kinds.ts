/** The type codes of marshal data, versions 4 and 5 (CPython `Python/marshal.c`), and what a node is after reading: one of `Kind`. */
export const flagRef = 0x80;

export const code = {
  none: 0x4e,
  false: 0x46,
  true: 0x54,
  ellipsis: 0x2e,
  stopIteration: 0x53,
  int: 0x69,
  long: 0x6c,
  float: 0x67,
  complex: 0x79,
  bytes: 0x73,
  unicode: 0x75,
  unicodeInterned: 0x74,
  ascii: 0x61,
  asciiInterned: 0x41,
  shortAscii: 0x7a,
  shortAsciiInterned: 0x5a,
  tuple: 0x28,
  smallTuple: 0x29,
  frozenset: 0x3e,
  slice: 0x3a,
  code: 0x63,
  ref: 0x72,
} as const;

/** The kind of a node is one type code for all spellings: `unicode` for every string, `tuple` for every tuple. */
export const kind = {
  int: code.int,
  long: code.long,
  float: code.float,
  complex: code.complex,
  bytes: code.bytes,
  string: code.unicode,
  tuple: code.tuple,
  frozenset: code.frozenset,
  slice: code.slice,
  code: code.code,
} as const;

/** Objects of which there is one in the process: they carry nothing but their code. */
export const singletons: readonly number[] = [code.none, code.false, code.true, code.ellipsis, code.stopIteration];

/** What a string's bytes are. */
export const text = {
  /** All bytes below 0x80. */
  ascii: 1,
  /** Written as an interned string. */
  interned: 2,
} as const;

/** Children of a code object, in the order in which they are written; the first line number stands before the line table. */
export const codeChild = {
  code: 0,
  consts: 1,
  names: 2,
  localNames: 3,
  localKinds: 4,
  filename: 5,
  name: 6,
  qualname: 7,
  lineTable: 8,
  exceptionTable: 9,
} as const;

/** Kinds that the children of a code object have, by place. */
export const codeChildKinds: readonly number[] = [
  kind.bytes,
  kind.tuple,
  kind.tuple,
  kind.tuple,
  kind.bytes,
  kind.string,
  kind.string,
  kind.string,
  kind.bytes,
  kind.bytes,
];

/** Bytes of argument counts, stack size and flags, which begin a code object. */
export const codeHeadSize = 20;
