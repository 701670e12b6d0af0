import { malformed } from './malformed.ts';

/** A place in marshal data that never leaves it: INTERNAL for whatever would lie outside. */
export class Cursor {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** Steps over `size` bytes; returns where they start. */
  skip(size: number): number {
    const start = this.at;
    if (size < 0 || size > this.bytes.length - start) throw malformed('a size out of bounds', start);
    this.at = start + size;
    return start;
  }

  byte(): number {
    return this.bytes[this.skip(1)] as number;
  }

  /** Four bytes, little-endian, signed. */
  int(): number {
    const at = this.skip(4);
    const { bytes } = this;
    return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24);
  }
}
