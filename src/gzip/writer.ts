import { crc32 } from 'node:zlib';
import { type Deflated, drain } from '../deflated.ts';
import { Compressor } from './compressor.ts';
import { combineCrc32 } from './crc32.ts';

/** RFC 1952 §2.3: deflate, no flags, mtime 0, no extra flags, unknown OS. So no name and no time. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/**
 * Writes one gzip of one member, of which some parts are compressed here and others were deflate streams before. Every chunk given to
 * `write` is valid until `write` returns. The bytes depend on the order of calls, on what was spliced, and on the plain bytes between
 * two splices, not on how these are cut.
 */
export class GzipWriter {
  private readonly write: (chunk: Uint8Array) => void;
  private readonly compressor: Compressor;
  private checksum = 0;
  private size = 0;

  constructor(write: (chunk: Uint8Array) => void) {
    this.write = write;
    this.compressor = new Compressor(write);
    write(header);
  }

  /** Appends bytes, compressed here. */
  plain(bytes: Uint8Array): void {
    this.checksum = crc32(bytes, this.checksum);
    this.size += bytes.length;
    this.compressor.add(bytes);
  }

  /** Appends a file by its own deflate stream, and gives its bytes to `onPlain`. Errors: ARCHIVE_UNSAFE, from the file. */
  splice(deflated: Deflated, onPlain: (bytes: Uint8Array) => void): void {
    this.compressor.interrupt();
    const stream = new StreamPart(this.write, deflated.size);
    let size = 0;
    const { end } = drain(deflated.pieces(), ({ kind, bytes }) => {
      if (kind === 'raw') stream.pass(bytes);
      else {
        onPlain(bytes);
        size += bytes.length;
      }
    });
    const { bits, count } = stream.end(end);
    this.compressor.resume(bits, count);
    this.checksum = combineCrc32(this.checksum, deflated.crc32, size);
    this.size += size;
  }

  /** Ends the gzip: last block, CRC-32, length modulo 2^32. */
  end(): void {
    this.compressor.finish();
    const trailer = Buffer.alloc(8);
    trailer.writeUInt32LE(this.checksum, 0);
    trailer.writeUInt32LE(this.size % 2 ** 32, 4);
    this.write(trailer);
  }
}

/** Passes a stream on, but for its last byte if the next bits begin within it. */
class StreamPart {
  private readonly write: (chunk: Uint8Array) => void;
  private readonly size: number;
  private left: number;
  private last = 0;

  /** `size` is the stream's, in bytes. */
  constructor(write: (chunk: Uint8Array) => void, size: number) {
    this.write = write;
    this.size = size;
    this.left = size;
  }

  pass(bytes: Uint8Array): void {
    this.left -= bytes.length;
    if (this.left < 0) throw new RangeError('a deflate stream has more bytes than its size');
    const whole = this.left === 0 ? bytes.subarray(0, -1) : bytes;
    if (this.left === 0) this.last = bytes.at(-1) ?? this.last;
    if (whole.length > 0) this.write(whole);
  }

  /** The bits that are still to be written: `count`, less than 8, of a byte. `end` is where the stream ends, in bits from its start. */
  end(end: number): { readonly bits: number; readonly count: number } {
    if (this.left !== 0) throw new RangeError(`${this.left} bytes of a deflate stream are missing`);
    if (Math.ceil(end / 8) !== this.size) throw new RangeError('a deflate stream does not end in its last byte');
    const count = end % 8;
    if (count === 0) this.write(Uint8Array.of(this.last));
    return { bits: this.last, count };
  }
}
