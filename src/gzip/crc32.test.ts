import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { combineCrc32 } from './index.ts';

it('is the checksum of both parts together', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      expect(combineCrc32(crc32(first), crc32(second), second.length)).toBe(crc32(second, crc32(first)));
    }),
  );
});

it('knows lengths beyond 32 bits', () => {
  const zeros = (length: number): number => {
    if (length === 1) return crc32(Uint8Array.of(0));
    const half = zeros(length / 2);
    return combineCrc32(half, half, length / 2);
  };
  expect(zeros(2 ** 20)).toBe(crc32(new Uint8Array(2 ** 20)));
  const [long, part] = [zeros(2 ** 36), crc32(Buffer.from('a'))];
  // Associative: a + (zeros + zeros) is (a + zeros) + zeros.
  const twice = combineCrc32(combineCrc32(part, long, 2 ** 36), long, 2 ** 36);
  expect(combineCrc32(part, zeros(2 ** 37), 2 ** 37)).toBe(twice);
  expect(twice).not.toBe(combineCrc32(part, long, 2 ** 36));
});
