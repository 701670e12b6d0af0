import { createHash } from 'node:crypto';
import { deflateRawSync, inflateRawSync, constants as zlib } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { InflateError, inflate } from './inflate.ts';

/** Repeatable bytes that look random. */
function noise(length: number, seed = 1): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) => createHash('sha256').update(`${seed}:${index}`).digest());
  return Buffer.concat(blocks).subarray(0, length);
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function inflateAll(bytes: Uint8Array, size = 1024 * 1024): Buffer {
  return Buffer.concat([...inflate(pieces(bytes, size))]);
}

const mixed = Buffer.concat([noise(100_000), Buffer.alloc(3_000_000, 'abcabd'), noise(70_000, 2), Buffer.from('x'.repeat(400_000))]);

describe('inflate', () => {
  it.each([
    ['nothing', Buffer.alloc(0), {}],
    ['one byte', Buffer.from('a'), {}],
    ['fixed codes', mixed, { strategy: zlib.Z_FIXED }],
    ['dynamic codes', mixed, { level: 9 }],
    ['literals only', mixed, { strategy: zlib.Z_HUFFMAN_ONLY }],
    ['runs', mixed, { strategy: zlib.Z_RLE }],
    ['stored blocks', mixed, { level: 0 }],
    ['many small blocks', mixed, { memLevel: 1 }],
  ])('gives back %s', (_, bytes, options) => {
    const packed = deflateRawSync(bytes, options);
    expect(inflateAll(packed).equals(bytes)).toBe(true);
    expect(inflateAll(packed, 509).equals(bytes)).toBe(true);
  });

  it('does not depend on where chunks end', () => {
    const bytes = noise(3000).subarray(0, 2000);
    const packed = deflateRawSync(Buffer.concat([bytes, bytes]));
    for (const size of [1, 2, 3, 7, 64]) expect(inflateAll(packed, size).equals(Buffer.concat([bytes, bytes]))).toBe(true);
  });

  it('yields bounded pieces', () => {
    const sizes = [...inflate([deflateRawSync(Buffer.alloc(20_000_000))])].map((piece) => piece.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it.each([
    ['a byte after the end', [...deflateRawSync(mixed.subarray(0, 5000)), 0], 'trailing'],
    ['a chunk after the end', [...deflateRawSync(noise(10)), ...noise(5000)], 'trailing'],
    ['a missing last byte', [...deflateRawSync(mixed.subarray(0, 5000)).subarray(0, -1)], 'invalid'],
    ['no bytes', [], 'invalid'],
    ['a reserved block type', [0b111, 0, 0], 'invalid'],
    ['a stored block with a wrong length', [1, 1, 0, 0, 0, 65], 'invalid'],
    ['a stored block that is cut off', [1, 2, 0, 253, 255, 65], 'invalid'],
    // Fixed codes: length 3, distance 1, before any output.
    ['a distance before the start', [0b00000011, 0b00000010, 0], 'invalid'],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => inflateAll(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ reason }));
    expect(() => inflateAll(Uint8Array.from(bytes))).toThrow(InflateError);
  });

  it('never gives other bytes than the native decoder for damaged streams', () => {
    const packed = deflateRawSync(mixed.subarray(90_000, 120_000));
    for (let at = 0; at < packed.length; at += 997) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(outcome(() => inflateAll(damaged))).toBe(outcome(() => nativeInflate(damaged)));
    }
  });
});

function nativeInflate(bytes: Buffer): Buffer {
  const { buffer, engine } = inflateRawInfo(bytes);
  if (engine.bytesWritten !== bytes.length) throw new Error('trailing');
  return buffer;
}

function outcome(run: () => Buffer): string {
  try {
    return createHash('sha256').update(run()).digest('hex');
  } catch {
    return 'refused';
  }
}

function inflateRawInfo(bytes: Buffer): { buffer: Buffer; engine: { bytesWritten: number } } {
  return inflateRawSync(bytes, { info: true }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
}
