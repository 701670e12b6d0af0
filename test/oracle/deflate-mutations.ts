/** A whole number from 0 and below `limit`. */
export type Random = (limit: number) => number;

/** Repeatable numbers: a linear congruential generator, of which the upper half is used. */
export function randomNumbers(seed: number): Random {
  let state = BigInt(seed);
  return (limit) => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(((state >> 32n) * BigInt(limit)) >> 32n);
  };
}

export interface Mutation {
  readonly kind: string;
  readonly stream: Buffer;
}

/** One stream damaged in every way; `other` is a second stream to splice with. */
export function mutations(stream: Buffer, other: Buffer, random: Random): Mutation[] {
  const at = random(stream.length);
  return [
    { kind: 'one bit', stream: flip(stream, 1, stream.length, random) },
    { kind: 'several bits', stream: flip(stream, 2 + random(7), stream.length, random) },
    // Headers of blocks decide most, and the first one stands at the start.
    { kind: 'a bit of the header', stream: flip(stream, 1, 80, random) },
    { kind: 'the last block mark', stream: flip(stream, 1, 1, () => 0) },
    { kind: 'a bit of the end', stream: reversed(flip(reversed(stream), 1, 4, random)) },
    { kind: 'truncation', stream: stream.subarray(0, at) },
    { kind: 'a missing byte', stream: Buffer.concat([stream.subarray(0, at), stream.subarray(at + 1)]) },
    { kind: 'a byte more', stream: Buffer.concat([stream.subarray(0, at), Buffer.of(random(256)), stream.subarray(at)]) },
    { kind: 'a byte behind', stream: Buffer.concat([stream, Buffer.of(random(256))]) },
    { kind: 'a splice', stream: Buffer.concat([stream.subarray(0, at), other.subarray(random(other.length))]) },
    { kind: 'a stream after its sync flush', stream: Buffer.concat([Buffer.of(0, 0, 0, 255, 255), stream]) },
    { kind: 'a stored block before', stream: storedBefore(stream, other.subarray(0, random(other.length + 1))) },
  ];
}

function flip(stream: Buffer, count: number, within: number, random: Random): Buffer {
  const copy = Buffer.from(stream);
  for (let left = count; left > 0; left--) {
    const at = random(Math.min(within, copy.length));
    copy[at] = (copy[at] ?? 0) ^ (1 << random(8));
  }
  return copy;
}

function reversed(bytes: Buffer): Buffer {
  return Buffer.from(bytes).reverse();
}

/** Distances of the stream may now reach what they could not, so a damaged one is accepted sometimes. */
function storedBefore(stream: Buffer, content: Buffer): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt16LE(content.length, 1);
  header.writeUInt16LE(content.length ^ 0xffff, 3);
  return Buffer.concat([header, content, stream]);
}
