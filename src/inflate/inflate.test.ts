import { createDeflateRaw, deflateRawSync, inflateRawSync, constants as zlib } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inflateWhole, isSame, joined, noise, ourVerdict, parts, zlibVerdict } from '../../test/deflate-samples.ts';
import { slowInflate, withEmptyLastBlock } from '../../test/slow-inflate.ts';
import { InflateError, inflate, inflatePieces } from './inflate.ts';

const mixed = Buffer.concat([noise(100_000), Buffer.alloc(3_000_000, 'abcabd'), noise(70_000, 2), Buffer.from('x'.repeat(400_000))]);
const strategies = [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FILTERED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE, zlib.Z_FIXED];

/** Text with words of a small set, so that all kinds of symbols occur. */
function text(length: number, seed = 1): Buffer {
  const words = [...noise(length, seed)].map((byte) => ['import ', 'self.', 'return ', '\n    ', `x${byte}`][byte % 5]);
  return Buffer.from(words.join('')).subarray(0, length);
}

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
    expect(Buffer.concat(Array.from(inflate([packed]), (piece) => Buffer.from(piece))).equals(bytes)).toBe(true);
    expect(inflateWhole(parts(packed, 509)).bytes.equals(bytes)).toBe(true);
  });

  it('yields bounded pieces', () => {
    const sizes = [...inflate([deflateRawSync(Buffer.alloc(20_000_000))])].map((piece) => piece.length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(20_000_000);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(2 * 1024 * 1024);
  });

  it('reads streams in turns, and forgets those that were left', () => {
    const [one, other] = [noise(3_000_000, 3), noise(3_000_000, 4)];
    const left = inflatePieces([deflateRawSync(mixed)]);
    left.next();
    left.return({ lastBlock: 0, end: 0 });
    const [first, second] = [inflate([deflateRawSync(one)]), inflate([deflateRawSync(other)])];
    const taken: [Uint8Array[], Uint8Array[]] = [[], []];
    for (let isDone = false; !isDone; ) {
      const steps = [first.next(), second.next()] as const;
      isDone = steps.every((step) => step.done === true);
      steps.forEach((step, index) => {
        if (step.done !== true) taken[index]?.push(Buffer.from(step.value));
      });
    }
    expect(Buffer.concat(taken[0]).equals(one)).toBe(true);
    expect(Buffer.concat(taken[1]).equals(other)).toBe(true);
  });

  it('fills its output to any byte before a block ends', () => {
    const room = 32 * 1024 + 1024 * 1024;
    const start = deflateRawSync(text(room - 300), { level: 1, finishFlush: zlib.Z_SYNC_FLUSH });
    const begin = inflateRawSync(start, { finishFlush: zlib.Z_SYNC_FLUSH });
    for (const options of [{ level: 0 }, { strategy: zlib.Z_HUFFMAN_ONLY }, { strategy: zlib.Z_FIXED }, { level: 9 }]) {
      for (let step = 0; step < 60; step++) {
        // The inner loop takes up to two literals at once.
        const [first, length] = [step % 3, 290 + Math.floor(step / 3)];
        const rest = [text(first, 4), text(length - first, 5), Buffer.alloc(length, 'z'), text(400, 6)];
        const stream = Buffer.concat([start, joined(rest, options)]);
        expect(inflateWhole([stream]).bytes.equals(Buffer.concat([begin, ...rest]))).toBe(true);
      }
    }
  });
});

describe('the end of a stream', () => {
  const sample = text(1200);
  const vectors = [
    ['stored', joined([sample, sample.subarray(0, 90)], { level: 0 })],
    ['fixed', joined([sample.subarray(0, 200), sample], { strategy: zlib.Z_FIXED })],
    ['dynamic', joined([noise(300), sample])],
    ['of all types', Buffer.concat([joined([noise(50), text(300, 2), Buffer.alloc(0)]).subarray(0, -2), joined([sample], { level: 0 })])],
    ['empty', deflateRawSync(Buffer.alloc(0))],
  ] as const;

  it.each(vectors)('and everything else does not depend on where chunks end: %s', (_, stream) => {
    const { types, ...expected } = slowInflate(stream);
    for (let at = 0; at <= stream.length; at++) {
      const { raw, ...found } = inflateWhole([stream.subarray(0, at), stream.subarray(at)]);
      expect(found).toEqual(expected);
      checkRaw(raw, stream, expected.lastBlock);
    }
    for (const size of [1, 2, 3, 7]) expect(inflateWhole(parts(stream, size))).toMatchObject(expected);
    expect(types.length).toBeGreaterThan(0);
  });

  it('is counted beyond 512 MiB of input and 4 GiB of output', () => {
    const stored = deflateRawSync(noise(1024 * 1024), { level: 0, finishFlush: zlib.Z_FULL_FLUSH });
    const dense = deflateRawSync(Buffer.alloc(16 * 1024 * 1024), { finishFlush: zlib.Z_FULL_FLUSH });
    function* chunks(): Generator<Uint8Array> {
      for (let left = 520; left > 0; left--) yield stored;
      for (let left = 256; left > 0; left--) yield dense;
      yield deflateRawSync(Buffer.alloc(0));
    }
    const before = 8 * (520 * stored.length + 256 * dense.length);
    let size = 0;
    const pieces = inflatePieces(chunks());
    let step = pieces.next();
    for (; step.done !== true; step = pieces.next()) if (step.value.kind === 'plain') size += step.value.bytes.length;
    expect(step.value).toEqual({ lastBlock: before, end: before + 10 });
    expect(size).toBe(520 * 2 ** 20 + 2 ** 32);
  });

  it('is found in whatever zlib writes, and another block fits there', async () => {
    const part = fc.record({
      bytes: fc.oneof(
        fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        fc.tuple(fc.nat(9000), fc.nat()).map(([length, seed]) => text(length, seed)),
        fc.tuple(fc.nat(9000), fc.nat(255)).map(([length, byte]) => Buffer.alloc(length, byte)),
      ),
      flush: fc.constantFrom(zlib.Z_NO_FLUSH, zlib.Z_PARTIAL_FLUSH, zlib.Z_SYNC_FLUSH, zlib.Z_FULL_FLUSH, zlib.Z_BLOCK),
    });
    const options = fc.record({
      level: fc.integer({ min: 0, max: 9 }),
      strategy: fc.constantFrom(...strategies),
      memLevel: fc.integer({ min: 1, max: 9 }),
      windowBits: fc.integer({ min: 9, max: 15 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 5 }), options, fc.integer({ min: 1, max: 3000 }), async (content, how, size) => {
        const stream = await pack(content, how);
        const bytes = Buffer.concat(content.map((each) => each.bytes));
        const { types: _, ...expected } = slowInflate(stream);
        const { raw, ...found } = inflateWhole(parts(stream, size));
        expect(found.bytes.equals(bytes)).toBe(true);
        expect({ ...found, bytes: expected.bytes.length }).toEqual({ ...expected, bytes: bytes.length });
        checkRaw(raw, stream, expected.lastBlock);
        expect(inflateRawSync(withEmptyLastBlock(raw, found.end)).equals(bytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});

/** What `raw` pieces hold: the stream without the mark of its last block. */
function checkRaw(raw: Buffer, stream: Uint8Array, lastBlock: number): void {
  const expected = Buffer.from(stream);
  expected[lastBlock >> 3] = (expected[lastBlock >> 3] ?? 0) & ~(1 << (lastBlock & 7));
  expect(raw.equals(expected)).toBe(true);
}

async function pack(content: readonly { bytes: Buffer; flush: number }[], options: object): Promise<Buffer> {
  const deflate = createDeflateRaw(options);
  const packed: Buffer[] = [];
  deflate.on('data', (bytes: Buffer) => packed.push(bytes));
  for (const { bytes, flush } of content) {
    deflate.write(bytes);
    await new Promise<void>((resolve) => deflate.flush(flush, resolve));
  }
  await new Promise<void>((resolve) => deflate.end().on('end', resolve));
  return Buffer.concat(packed);
}

/** Bits in the order of the stream: of a number lowest first, of a code highest first. */
const number = (value: number, bits: number): string => [...code(value, bits)].reverse().join('');
const code = (value: number, bits: number): string => value.toString(2).padStart(bits, '0');

function bytesOf(bits: string): Buffer {
  const bytes = bits.match(/.{1,8}/g) ?? [];
  return Buffer.from(bytes.map((each) => Number.parseInt([...each].reverse().join(''), 2)));
}

/** A set of code lengths: all zero but for the given ones. */
function lengths(count: number, some: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: count }, (_, symbol) => some[symbol] ?? 0);
}

/** A dynamic block without its first bit. Code lengths are written with codes of four bits each. */
function dynamic(literals: readonly number[], distances: readonly number[], body = ''): string {
  const counts = number(2, 2) + number(literals.length - 257, 5) + number(distances.length - 1, 5) + number(15, 4);
  const codeLengths = number(0, 9) + number(4, 3).repeat(16);
  return counts + codeLengths + [...literals, ...distances].map((length) => code(length, 4)).join('') + body;
}

/** The header of a dynamic block with these lengths of the codes for lengths (in the order of the format) and what follows. */
function header(counts: readonly [literals: number, distances: number], codeLengths: readonly number[], body: string): string {
  const start = number(2, 2) + number(counts[0] - 257, 5) + number(counts[1] - 1, 5) + number(codeLengths.length - 4, 4);
  return start + codeLengths.map((length) => number(length, 3)).join('') + body;
}

/** The block alone, where symbols are decoded one by one, and before a long stored block, where they are decoded in bulk. */
function forms(block: string): Buffer[] {
  const stored = noise(100);
  return [bytesOf(`1${block}`), Buffer.concat([bytesOf(`0${block}100`), Buffer.of(100, 0, 155, 255), stored])];
}

const fixed = number(1, 2);
const ascending = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
/** Codes of 1 to 15 bits for literals 1 to 15, and one of 15 bits for the end; the value is one less than a power of two, but for the end. */
const deepSome = Object.fromEntries(ascending.map((length) => [length, length]));
const deepLiterals = lengths(257, { ...deepSome, 256: 15 });
const deepCode = (length: number): string => code(2 ** length - 2, length);
/** Short distances have long codes. */
const deepDistances = [15, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1];

describe('codes', () => {
  it.each<[string, string, Buffer]>([
    ['only an end', dynamic(lengths(257, { 256: 1 }), [0], '0'), Buffer.alloc(0)],
    ['no distances', dynamic(lengths(257, { 65: 1, 256: 1 }), [0], '0001'), Buffer.from('AAA')],
    ['one distance', dynamic(lengths(259, { 65: 2, 256: 2, 257: 2, 258: 2 }), [1], '0010001'), Buffer.from('AAAA')],
    ['codes of all lengths', dynamic(deepLiterals, [0], ascending.map(deepCode).join('') + '1'.repeat(15)), Buffer.from(ascending)],
    [
      'distance codes of all lengths',
      // A literal, then matches of 3 bytes at distances 1 and 2.
      dynamic(
        lengths(259, { 65: 2, 66: 2, 256: 2, 257: 2 }),
        deepDistances,
        `00${'11'}${code(2 ** 15 - 2, 15)}01${'11'}${'1'.repeat(15)}10`,
      ),
      Buffer.from('AAAABABA'),
    ],
    ['the longest match', `${fixed}${code(0x30 + 65, 8)}${code(0xc5, 8)}${'00000'}${'0000000'}`, Buffer.alloc(259, 'A')],
  ])('of a block with %s', (_, block, bytes) => {
    const [alone, before] = forms(block) as [Buffer, Buffer];
    expect(ourVerdict([alone])).toEqual(bytes);
    expect(zlibVerdict(alone)).toEqual(bytes);
    expect(slowInflate(alone).bytes).toEqual(bytes);
    expect(ourVerdict([before])).toEqual(Buffer.concat([bytes, noise(100)]));
  });

  it('of the greatest number of bits are read up to the end of every chunk', () => {
    const literals = lengths(282, { ...deepSome, 15: 0, 256: 15, 281: 15 });
    const distances = lengths(30, { ...Object.fromEntries(ascending.map((length) => [length - 1, length])), 14: 0, 28: 15, 29: 15 });
    const match = '1'.repeat(15) + number(31, 5) + '1'.repeat(15) + number(8191, 13);
    const body = (deepCode(11) + match).repeat(20) + deepCode(15);
    const start = Buffer.concat([Buffer.of(0, 0, 128, 255, 127), noise(32768)]);
    const stream = Buffer.concat([start, bytesOf(`1${dynamic(literals, distances, body)}`)]);
    const expected = zlibVerdict(stream);
    expect(expected.length).toBe(32768 + 20 * (1 + 162));
    for (let at = start.length; at < stream.length; at++) {
      expect(isSame(ourVerdict([stream.subarray(0, at), stream.subarray(at)]), expected), `cut at ${at}`).toBe(true);
    }
  });

  it('reach back 32 KiB, over any amount of output', () => {
    const far = `${code(0xc5, 8)}${code(29, 5)}${number(8191, 13)}`;
    const stream = (count: number): Buffer => {
      const start = Buffer.concat([Buffer.of(0, count & 255, count >> 8, ~count & 255, (~count >> 8) & 255), noise(count)]);
      return Buffer.concat([start, bytesOf(`1${fixed}${far.repeat(20_000)}0000000`)]);
    };
    expect(isSame(ourVerdict([stream(32768)]), zlibVerdict(stream(32768)))).toBe(true);
    expect(ourVerdict([stream(32768)]).length).toBe(32768 + 20_000 * 258);
    expect(ourVerdict([stream(32767)])).toBe('invalid');
  });
});

describe('refusals', () => {
  const packed = deflateRawSync(mixed.subarray(0, 5000));

  it.each([
    ['a byte after the end', [...packed, 0], 'trailing'],
    ['a chunk after the end', [...deflateRawSync(noise(10)), ...noise(5000)], 'trailing'],
    ['a missing last byte', [...packed.subarray(0, -1)], 'invalid'],
    ['no bytes', [], 'invalid'],
    ['a reserved block type', [0b111, 0, 0], 'invalid'],
    ['a stored block with a wrong length', [1, 1, 0, 0, 0, 65], 'invalid'],
    ['a stored block that is cut off', [1, 2, 0, 253, 255, 65], 'invalid'],
  ])('%s', (_, bytes, reason) => {
    const stream = Uint8Array.from(bytes);
    expect(zlibVerdict(stream)).toBe(reason);
    for (const size of [1, 100_000]) expect(ourVerdict(parts(stream, size))).toBe(reason);
    expect(() => inflateWhole([stream])).toThrow(InflateError);
  });

  it('a chunk after the one that ends the stream', () => {
    expect(ourVerdict([packed, Buffer.alloc(0)])).toEqual(mixed.subarray(0, 5000));
    expect(ourVerdict([packed, Buffer.of(0)])).toBe('trailing');
  });

  it.each([
    ['a distance before the start', `${fixed}${code(0x30, 8)}${code(1, 7)}${'00001'}0000000`],
    ['the length symbol 286', `${fixed}${code(0xc6, 8)}${'0'.repeat(20)}`],
    ['the length symbol 287', `${fixed}${code(0xc7, 8)}${'0'.repeat(20)}`],
    ['the distance symbol 30', `${fixed}${code(0x30, 8)}${code(1, 7)}11110${'0'.repeat(20)}`],
    ['the distance symbol 31', `${fixed}${code(0x30, 8)}${code(1, 7)}11111${'0'.repeat(20)}`],
    ['287 literal symbols', dynamic(lengths(287, { 65: 1, 256: 1 }), [0], '01')],
    ['31 distance symbols', dynamic(lengths(257, { 65: 1, 256: 1 }), lengths(31, { 0: 1 }), '01')],
    ['no code for the end', dynamic(lengths(257, { 65: 1, 66: 1 }), [0], '01')],
    ['too many literal codes', dynamic(lengths(257, { 65: 1, 66: 1, 256: 1 }), [0], '01')],
    ['too few literal codes', dynamic(lengths(257, { 65: 2, 256: 2 }), [0], '0001')],
    ['one literal code too few', dynamic(lengths(257, { ...deepSome, 15: 0, 256: 15 }), [0], '0'.repeat(20))],
    ['one literal code of two bits', dynamic(lengths(257, { 256: 2 }), [0], '00')],
    ['too many distance codes', dynamic(lengths(257, { 65: 1, 256: 1 }), [1, 1, 1], '01')],
    ['too few distance codes', dynamic(lengths(257, { 65: 1, 256: 1 }), [2, 2, 2], '01')],
    ['one distance code of two bits', dynamic(lengths(257, { 65: 1, 256: 1 }), [2], '01')],
    ['the missing half of a single code', dynamic(lengths(257, { 256: 1 }), [0], '10')],
    ['a match where there are no distances', dynamic(lengths(259, { 65: 2, 256: 2, 257: 2, 258: 2 }), [0], '0010001')],
    ['the missing half of a single distance', dynamic(lengths(259, { 65: 2, 256: 2, 257: 2, 258: 2 }), [1], '0010101')],
    ['no codes for lengths', header([257, 1], [0, 0, 0, 0], '0'.repeat(300))],
    ['too many codes for lengths', header([257, 1], [1, 1, 1, 0], '0'.repeat(300))],
    ['too few codes for lengths', header([257, 1], [0, 0, 2, 2], '0'.repeat(300))],
    ['a single code for lengths', header([257, 1], [0, 0, 1, 0], '0'.repeat(300))],
    ['a repetition of nothing', header([257, 1], [1, 0, 0, 1], `000${'0'.repeat(300)}`)],
    ['a repetition beyond the last length', header([257, 1], [0, 0, 1, 1], `1${number(127, 7)}`.repeat(3))],
  ])('%s', (_, block) => {
    for (const stream of forms(block)) {
      expect(zlibVerdict(stream)).toBe('invalid');
      expect(ourVerdict([stream])).toBe('invalid');
      expect(ourVerdict(parts(stream, 1))).toBe('invalid');
    }
  });

  it('are those of zlib for damaged streams, whose bytes are the same too', () => {
    const whole = deflateRawSync(mixed.subarray(90_000, 120_000));
    for (let at = 0; at < whole.length; at += 499) {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(isSame(ourVerdict(parts(damaged, 1 + (at % 700))), zlibVerdict(damaged))).toBe(true);
    }
  });
});
