import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { Compressor } from './compressor.ts';

/** Numbers that are the same everywhere, less than 2^24. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state >>> 8;
  };
}

/** `letters` different bytes; 256 of them can't be compressed. */
function sample(size: number, letters: number, seed = 1): Uint8Array {
  const next = numbers(seed);
  return Uint8Array.from({ length: size }, () => (next() >>> 4) % letters);
}

function deflate(
  bytes: Uint8Array,
  { cuts = [], origin = 0 }: { readonly cuts?: readonly number[]; readonly origin?: number } = {},
): Buffer {
  const chunks: Uint8Array[] = [];
  const compressor = new Compressor((chunk) => chunks.push(chunk.slice()), origin);
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    compressor.add(bytes.subarray(from, cut));
    from = cut;
  }
  compressor.finish();
  return Buffer.concat(chunks);
}

const every = (step: number, size: number): number[] => Array.from({ length: Math.floor(size / step) }, (_, i) => (i + 1) * step);

const contents = {
  zeros: (size: number) => new Uint8Array(size),
  letters: (size: number) => sample(size, 16),
  noise: (size: number) => sample(size, 256),
};

describe('deflate', () => {
  // Around the longest match, a part, the window, the longest stored block, a block and the buffer.
  const borders = [0, 1, 2, 3, 4, 5, 258, 259, 1024, 8192, 32_768, 65_535, 65_536, 131_072, 139_264, 393_216, 400_000, 786_432];
  it.each(Object.entries(contents))('is inflated to the same bytes: %s', (_, content) => {
    for (const size of borders.flatMap((border) => [Math.max(border - 1, 0), border, border + 1])) {
      const bytes = content(size);
      const deflated = deflate(bytes);
      expect(inflateRawSync(deflated).equals(bytes)).toBe(true);
      expect(deflated.length).toBeLessThanOrEqual(size + 5 * Math.ceil(size / 57_344) + 6);
    }
  });

  it('is inflated to the same bytes: whatever repeats itself at any length and distance', () => {
    const next = numbers(7);
    const bytes = Buffer.alloc(1_200_000);
    bytes.set(sample(40_000, 256));
    let size = 40_000;
    const edges = Array.from({ length: 16 }, (_, k) => 2 ** k).flatMap((power) => [power - 1, power, power + 1, power + power / 2]);
    const distances = edges.filter((distance) => distance >= 1 && distance <= 32_769 && Number.isInteger(distance));
    for (let length = 3; length <= 260; length += 1) {
      for (const distance of [...distances, (next() % 32_768) + 1]) {
        for (let i = 0; i < length && size < bytes.length; i += 1) bytes[size] = bytes[size++ - distance] as number;
        bytes[size++] = next() & 255;
      }
    }
    const all = bytes.subarray(0, size);
    const deflated = deflate(all);
    expect(inflateRawSync(deflated).equals(all)).toBe(true);
    expect(deflated.length).toBeLessThan(deflateRawSync(all, { level: 6 }).length * 1.05);
  });

  it('is inflated to the same bytes: frequencies that ask for longer codes than there are', () => {
    const counts = [1, 1];
    while (counts.length < 24) counts.push((counts.at(-1) as number) + (counts.at(-2) as number));
    const next = numbers(3);
    const order = counts.flatMap((count, symbol) => new Array(count).fill(symbol)).map((symbol) => [next(), symbol] as const);
    const bytes = Uint8Array.from(order.sort(([a], [b]) => a - b).map(([, symbol]) => symbol));
    expect(inflateRawSync(deflate(bytes)).equals(bytes)).toBe(true);
  });

  it('is inflated to the same bytes: whatever there is', () => {
    const repeated = fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.integer({ min: 1, max: 4000 }));
    const property = fc.property(fc.array(repeated, { maxLength: 12 }), (parts) => {
      const bytes = Buffer.concat(parts.flatMap(([part, times]) => new Array<Uint8Array>(times).fill(part)));
      expect(inflateRawSync(deflate(bytes)).equals(bytes)).toBe(true);
    });
    fc.assert(property, { numRuns: 100 });
  });
});

describe('the bytes of a deflate stream', () => {
  const mixed = Buffer.concat([sample(300_000, 16), sample(50_000, 256), new Uint8Array(200_000), sample(300_000, 4, 9)]);
  const whole = deflate(mixed);

  it('are golden: other ones need a new recipeFormat', () => {
    expect(digestOf(whole)).toBe('sha256:7a2d82889b54f631ea75c2eeb45286421bcc07c2cc9669b06886fe7e66a42ccf');
    expect(digestOf(deflate(sample(300_000, 16)))).toBe('sha256:a740c8102379bde49accf4a9772a5f9169aec2bba03861899b7ef4a478ebc263');
    expect(deflate(Buffer.from('abcabcabcabc')).toString('hex')).toBe('4b4c4a862300');
    expect(deflate(new Uint8Array(0)).toString('hex')).toBe('0300');
  });

  it('do not depend on how the input is cut', () => {
    for (const step of [1, 1000, 65_535, 65_536, 393_216, 500_000])
      expect(deflate(mixed, { cuts: every(step, mixed.length) }).equals(whole)).toBe(true);
    const cuts = fc.array(fc.nat(mixed.length), { maxLength: 30 }).map((list) => list.sort((a, b) => a - b));
    fc.assert(
      fc.property(cuts, (list) => deflate(mixed, { cuts: list }).equals(whole)),
      { numRuns: 10 },
    );
  });

  it('do not depend on how many bytes have passed, though places have 32 bits', () => {
    for (const left of [0, 100_000, 300_000, 600_000])
      expect(deflate(mixed, { origin: 0xf0000000 - 131_072 - left }).equals(whole)).toBe(true);
  });

  it('do not depend on streams before, ended or not', () => {
    deflate(sample(500_000, 7));
    new Compressor(() => undefined).add(sample(500_000, 7));
    expect(deflate(mixed).equals(whole)).toBe(true);
  });

  it('are as few as those of zlib at level 6', () => {
    const root = join(import.meta.dirname, '..');
    const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const sources = Buffer.concat(names.sort().map((name) => readFileSync(join(root, name))));
    expect(deflate(sources).length).toBeLessThanOrEqual(deflateRawSync(sources, { level: 6 }).length * 1.005);
  });
});
