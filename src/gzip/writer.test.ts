import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeflatedOptions, deflatedOf } from '../../test/deflated.ts';
import { digestOf } from '../digest.ts';
import { GzipWriter } from './index.ts';

interface Spliced extends DeflatedOptions {
  readonly bytes: Uint8Array;
}

type Part = Uint8Array | Spliced;

const isPlain = (part: Part): part is Uint8Array => part instanceof Uint8Array;
const bytesOf = (part: Part): Uint8Array => (isPlain(part) ? part : Buffer.concat([part.bytes, part.tail ?? new Uint8Array(0)]));

function gzip(parts: readonly Part[]): Buffer {
  const chunks: Uint8Array[] = [];
  const writer = new GzipWriter((chunk) => chunks.push(chunk.slice()));
  for (const part of parts) {
    if (isPlain(part)) {
      writer.plain(part);
      continue;
    }
    const seen: Uint8Array[] = [];
    writer.splice(deflatedOf(part.bytes, part), (bytes) => seen.push(Uint8Array.from(bytes)));
    expect(Buffer.concat(seen).equals(bytesOf(part))).toBe(true);
  }
  writer.end();
  return Buffer.concat(chunks);
}

function expectSame(parts: readonly Part[]): void {
  const whole = gzip(parts);
  expect(gunzipSync(whole).equals(Buffer.concat(parts.map(bytesOf)))).toBe(true);
}

const text = Buffer.from('import os\nimport sys\n'.repeat(50));
/** So many literals of 9 bits, so that the stream ends at this bit of a byte (3 bits of header and 7 of end come to 2). */
const endingAt = (bit: number): Spliced => ({ bytes: text, tail: new Uint8Array((bit + 6) % 8).fill(200) });
const stored: Spliced = { bytes: text, tail: text, form: 'stored' };
const empty: Spliced = { bytes: new Uint8Array(0) };

describe('GzipWriter', () => {
  it('writes the header and the empty gzip of RFC 1952', () => {
    expect(gzip([]).toString('hex')).toBe('1f8b08000000000000ff0300' + '0000000000000000');
    expect(gunzipSync(gzip([new Uint8Array(0)]))).toHaveLength(0);
  });

  it('writes ISIZE and CRC-32 of plain and spliced bytes', () => {
    expectSame([text]);
    expectSame([text, endingAt(3), text]);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('goes on at bit %i of a stream, wherever it stands', (bit) => {
    const spliced = endingAt(bit);
    expectSame([spliced]);
    expectSame([spliced, text]);
    expectSame([text, spliced]);
    for (let other = 0; other < 8; other += 1) expectSame([text, spliced, endingAt(other), spliced, text]);
  });

  it('splices stored blocks, empty files and streams in many pieces', () => {
    expectSame([stored]);
    expectSame([text, stored, stored, text]);
    expectSame([empty]);
    expectSame([empty, empty, empty, text, empty]);
    for (const step of [1, 2, 7]) expectSame([text, { ...endingAt(5), step }, text, { ...stored, step }, { ...empty, step }]);
  });

  it('takes parts in every order', () => {
    const spliced = fc.record({
      bytes: fc.constantFrom(new Uint8Array(0), text),
      tail: fc.uint8Array({ maxLength: 20 }),
      form: fc.constantFrom('fixed' as const, 'stored' as const),
      step: fc.constantFrom(1, 5, 1000),
    });
    const plain = fc.constantFrom(new Uint8Array(0), text, Buffer.alloc(100_000), Buffer.alloc(500_000, text));
    fc.assert(fc.property(fc.array(fc.oneof(plain, spliced), { maxLength: 8 }), expectSame), { numRuns: 60 });
  });

  it('gives bytes that depend on the parts alone', () => {
    const parts: readonly Part[] = [text, endingAt(3), text, stored, endingAt(0), text];
    const whole = gzip(parts);
    const cut = parts.flatMap((part): Part[] => (isPlain(part) ? [part.subarray(0, 7), part.subarray(7)] : [{ ...part, step: 3 }]));
    expect(gzip(cut).equals(whole)).toBe(true);
    // The length of what zlib makes for the test differs between machines, its content does not matter here.
    expect(digestOf(gzip([text, { ...stored, bytes: new Uint8Array(0) }, text]))).toBe(
      'sha256:80122675c4132d0ad7a5c4b7150e24a2c0088eeb9603e3617399c075b841b614',
    );
  });

  it('ends the reading of a file when there is nowhere to write to', () => {
    let isOpen = true;
    const pieces = function* () {
      try {
        yield { kind: 'raw', bytes: text } as const;
        yield { kind: 'raw', bytes: text } as const;
        return { lastBlock: 0, end: text.length * 16 };
      } finally {
        isOpen = false;
      }
    };
    const writer = new GzipWriter((chunk) => {
      if (chunk.length === text.length) throw new Error('disk full');
    });
    expect(() => writer.splice({ size: 2 * text.length, crc32: 0, pieces }, () => undefined)).toThrow('disk full');
    expect(isOpen).toBe(false);
  });

  it('refuses streams that are not as long as they promise', () => {
    const { size } = deflatedOf(text, endingAt(3));
    const broken = (wrong: DeflatedOptions['wrong']) => () => gzip([{ ...endingAt(3), ...(wrong === undefined ? {} : { wrong }) }]);
    expect(broken(undefined)).not.toThrow();
    expect(broken({ size: size - 1 })).toThrow('more bytes than its size');
    expect(broken({ size: size + 1 })).toThrow('1 bytes of a deflate stream are missing');
    expect(broken({ end: size * 8 - 8 })).toThrow('does not end in its last byte');
    expect(broken({ end: size * 8 + 1 })).toThrow('does not end in its last byte');
  });
});
