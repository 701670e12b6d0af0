import { describe, expect, it } from 'vitest';
import { SourceHash } from './source-hash.ts';

/** `_imp.source_hash(_RAW_MAGIC_NUMBER, bytes(i % 251 for i in range(n)))` of CPython 3.11. */
const magic = 168_627_623;
const vectors: readonly (readonly [number, string])[] = [
  [0, '738d9cd5d5e87f73'],
  [1, 'ad2256b643a8544d'],
  [7, '937b65bd89169b73'],
  [8, '506c0601ce88f748'],
  [9, 'f7f8a7aeeb5d7306'],
  [63, '0b9871febedebacb'],
  [64, '21c86d58e2c53a01'],
  [1000, 'a6ab444bff84b9b9'],
];

const bytes = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => index % 251);

function hashOf(pieces: readonly Uint8Array[]): string {
  const hash = new SourceHash(magic);
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

describe('SourceHash', () => {
  it.each(vectors)('is that of CPython for %i bytes', (size, expected) => {
    expect(hashOf([bytes(size)])).toBe(expected);
  });

  it.each([1, 3, 8, 13])('does not depend on pieces of %i bytes', (step) => {
    const whole = bytes(1000);
    const pieces = Array.from({ length: Math.ceil(1000 / step) }, (_, index) => whole.subarray(index * step, (index + 1) * step));
    expect(hashOf(pieces)).toBe('a6ab444bff84b9b9');
  });

  it('depends on the magic number', () => {
    expect(new SourceHash(magic + 1).digest()).not.toBe('738d9cd5d5e87f73');
  });
});
