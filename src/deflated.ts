/** Where a raw deflate stream's last block begins and where the stream ends, in bits from its start (RFC 1951 §3.1). */
export interface DeflateEnd {
  readonly lastBlock: number;
  readonly end: number;
}

/** A part of a file, and a part of the deflate stream that stands for it. Neither is cut where the other is; both stay valid until the next. */
export type DeflatedPiece = { readonly kind: 'plain'; readonly bytes: Uint8Array } | { readonly kind: 'raw'; readonly bytes: Uint8Array };

/** A file's bytes as the raw deflate stream that they came in, for a gzip that takes the stream as it is. */
export interface Deflated {
  /** Bytes of the stream. */
  readonly size: number;
  /** CRC-32 of the file's bytes. */
  readonly crc32: number;
  /**
   * Yields the file (`plain`) and the stream (`raw`, with BFINAL of the last block cleared), each in order. By the time it returns it has
   * verified, by inflating the stream alone, that the file has its promised size and CRC-32 and that the stream ends in its last byte;
   * else it throws ARCHIVE_UNSAFE. Memory does not grow with the file.
   */
  readonly pieces: () => Generator<DeflatedPiece, DeflateEnd>;
}

/** Passes everything on and shows the file's bytes to `see`, each piece before it is yielded. What `see` throws ends it. */
export function watchPlain(
  pieces: Generator<DeflatedPiece, DeflateEnd>,
  see: (bytes: Uint8Array) => void,
): Generator<DeflatedPiece, DeflateEnd> {
  return watch(pieces, ({ kind, bytes }) => {
    if (kind === 'plain') see(bytes);
  });
}

/** Gives every piece to `take`. Whatever `take` throws, the generator ends, and with it the file that it reads. */
export function drain(pieces: Generator<DeflatedPiece, DeflateEnd>, take: (piece: DeflatedPiece) => void): DeflateEnd {
  const watched = watch(pieces, take);
  let step = watched.next();
  while (step.done !== true) step = watched.next();
  return step.value;
}

function* watch(pieces: Generator<DeflatedPiece, DeflateEnd>, see: (piece: DeflatedPiece) => void): Generator<DeflatedPiece, DeflateEnd> {
  let isDone = false;
  try {
    for (;;) {
      const step = pieces.next();
      isDone = step.done === true;
      if (step.done === true) return step.value;
      see(step.value);
      yield step.value;
    }
  } finally {
    if (!isDone) pieces.return({ lastBlock: 0, end: 0 });
  }
}
