import { describe, expect, it } from 'vitest';
import { BrokenFrame, encodeFrame, FrameReader } from './frames.ts';

const bytesOf = (...frames: readonly (readonly Uint8Array[])[]) => Buffer.concat(frames.flat());
const readAll = (pieces: Iterable<Uint8Array>) => {
  const reader = new FrameReader();
  return [...pieces].flatMap((piece) => [...reader.push(piece)].map(({ header, body }) => [header, Buffer.from(body).toString()]));
};

describe('frames', () => {
  const bytes = bytesOf(encodeFrame({ a: 'ä' }, Buffer.from('body')), encodeFrame([1]), encodeFrame({ b: 2 }, Buffer.from('x')));
  const frames = [
    [{ a: 'ä' }, 'body'],
    [[1], ''],
    [{ b: 2 }, 'x'],
  ];

  it.each([1, 7, 13, bytes.length])('are found in pieces of %i bytes', (size) => {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
    expect(readAll(pieces)).toEqual(frames);
  });

  it('have bodies that can be read as numbers, however long their headers are', () => {
    const longer = Array.from({ length: 9 }, (_, length) =>
      encodeFrame('x'.repeat(length), new Uint8Array(new Uint32Array([length]).buffer)),
    );
    const bodies = [...new FrameReader().push(bytesOf(...longer))].map(({ body }) => new Uint32Array(body.buffer, body.byteOffset, 1)[0]);
    expect(bodies).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('are refused when they say that they are too long, before their bytes come', () => {
    for (const [header, body] of [
      [0xffff_ffff, 0],
      [2, 0xffff_ffff],
    ] as const) {
      const prefix = Buffer.alloc(8);
      prefix.writeUInt32LE(header, 0);
      prefix.writeUInt32LE(body, 4);
      expect(() => readAll([prefix])).toThrow(BrokenFrame);
    }
  });

  it('are refused when their header is no JSON', () => {
    const broken = bytesOf(encodeFrame({ a: 1 }));
    broken[8] = 0x7d;
    expect(() => readAll([broken])).toThrow(BrokenFrame);
  });
});
