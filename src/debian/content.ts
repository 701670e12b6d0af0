import type { Scratch } from '../store/index.ts';

/** The bytes of a file of a package or of a root. */
export interface Content {
  readonly size: number;
  /** All of them, in a buffer that is the caller's to read. */
  bytes(): Uint8Array;
  /** In order; a piece is valid until anything else is read. */
  pieces(): Iterable<Uint8Array>;
}

/** Bytes in memory: for what is small or made here. */
export function heldContent(bytes: Uint8Array): Content {
  return { size: bytes.length, bytes: () => bytes, pieces: () => [bytes] };
}

/** Bytes of a scratch file: the files of all packages together would take as much memory as the image. */
export function scratchContent(scratch: Scratch, offset: number, size: number): Content {
  return { size, bytes: () => scratch.read(offset, size), pieces: () => scratch.pieces(offset, size) };
}
