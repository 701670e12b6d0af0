/** A message between the two processes: a JSON header and bytes. */
export interface Frame<Header = unknown> {
  readonly header: Header;
  /** Begins at a multiple of eight bytes of its buffer: the memory of an interpreter is read as numbers. */
  readonly body: Uint8Array;
}

/** Two lengths, 32 bits each, lowest byte first. */
const prefixSize = 8;
const maxHeader = 16 * 1024 * 1024;
/** Bytes; no wheel and no memory of an interpreter is larger. */
const maxBody = 512 * 1024 * 1024;
const nothing = new Uint8Array(0);

function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

/** The pieces of a frame, in their order. */
export function encodeFrame(header: unknown, body: Uint8Array = nothing): readonly [Uint8Array, Uint8Array] {
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(prefixSize + text.length);
  head.writeUInt32LE(text.length, 0);
  head.writeUInt32LE(body.length, 4);
  head.set(text, prefixSize);
  return [head, body];
}

/** A frame could not be read: whoever wrote it does not keep to the format. */
export class BrokenFrame extends Error {}

/** Finds frames in pieces of a stream. Throws `BrokenFrame`, before it keeps more than a frame may have. */
export class FrameReader {
  private pieces: Uint8Array[] = [];
  private size = 0;
  private wanted = prefixSize;
  private lengths: { readonly header: number; readonly body: number } | undefined;

  /** The frames that end in this piece, each of which the reader then lets go of. */
  *push(piece: Uint8Array): Generator<Frame> {
    this.pieces.push(piece);
    this.size += piece.length;
    while (this.size >= this.wanted) {
      const bytes = this.take(this.wanted);
      if (this.lengths === undefined) this.begin(bytes);
      else yield this.finish(bytes, this.lengths.header);
    }
  }

  private take(size: number): Buffer {
    const [first = nothing] = this.pieces;
    // Most frames lie in one piece; nothing is copied then.
    const all =
      this.pieces.length === 1 ? Buffer.from(first.buffer, first.byteOffset, first.length) : Buffer.concat(this.pieces, this.size);
    const rest = all.subarray(size);
    this.pieces = rest.length === 0 ? [] : [rest];
    this.size = rest.length;
    return all.subarray(0, size);
  }

  private begin(prefix: Buffer): void {
    const lengths = { header: prefix.readUInt32LE(0), body: prefix.readUInt32LE(4) };
    if (lengths.header > maxHeader || lengths.body > maxBody) throw new BrokenFrame('a message is too long');
    this.lengths = lengths;
    this.wanted = lengths.header + lengths.body;
  }

  private finish(bytes: Buffer, headerSize: number): Frame {
    this.lengths = undefined;
    this.wanted = prefixSize;
    try {
      return { header: JSON.parse(bytes.toString('utf8', 0, headerSize)) as unknown, body: aligned(bytes.subarray(headerSize)) };
    } catch (cause) {
      throw new BrokenFrame('a message is no JSON', { cause });
    }
  }
}
