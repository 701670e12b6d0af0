import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../../errors/index.ts';
import { dump, int32, letter, type Value } from './fixture.ts';
import { type MarshalMinor, normalise } from './index.ts';

const sample = dump({
  name: 'f',
  consts: [
    'a b',
    ['é', { int: 5 }],
    { long: [1, 2, 3] },
    { frozenset: ['x', 'y'] },
    { doubles: [[0, 0, 0, 0, 0, 0, 0, 64]] },
    { name: 'g', consts: [] },
  ],
  names: ['print'],
});

/** What is said about a module with this constant. */
function fault(constant: Value | readonly number[], minor: MarshalMinor = '3.14'): string {
  return faultOf(
    dump({
      name: 'f',
      consts: [typeof constant === 'object' && Array.isArray(constant) ? Uint8Array.from(constant as number[]) : (constant as Value)],
    }),
    minor,
  );
}

function faultOf(bytes: Uint8Array, minor: MarshalMinor = '3.14'): string {
  try {
    normalise(bytes, minor);
  } catch (error) {
    if (error instanceof ToolError && error.code === 'INTERNAL') return error.message;
    throw error;
  }
  return 'none';
}

describe('malformed data', () => {
  it('ends nowhere but at its end', () => {
    expect(faultOf(sample)).toBe('none');
    for (let length = 0; length < sample.length; length++) expect(faultOf(sample.subarray(0, length))).not.toBe('none');
    expect(faultOf(Uint8Array.from([...sample, 0]))).toContain('bytes after the end');
  });

  it('never leaves the function but as an internal error', () => {
    const edit = fc.record({ at: fc.nat(sample.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        const bytes = sample.slice();
        for (const { at, byte } of edits) bytes[at] = byte;
        faultOf(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('after a fault the next data is read as ever', () => {
    const expected = normalise(sample, '3.14');
    expect(faultOf(sample.subarray(0, 100))).not.toBe('none');
    expect(normalise(sample, '3.14')).toEqual(expected);
  });

  it.each([
    ['a reference to nothing', [letter('r'), ...int32(7)]],
    ['a reference to nothing', [letter('r'), ...int32(-1)]],
    ['a reference to nothing', [letter(')') | 0x80, 1, letter('r'), ...int32(0)]],
    ['a flag on a singleton', [letter('N') | 0x80]],
    ['type code 114', [letter('r') | 0x80, ...int32(0)]],
    ['type code 91', [letter('['), ...int32(0)]],
    ['type code 123', [letter('{'), letter('0')]],
    ['type code 60', [letter('<'), ...int32(0)]],
    ['type code 48', [letter('0')]],
    ['a size out of bounds', [letter('('), ...int32(-1)]],
    ['a size out of bounds', [letter('('), ...int32(0x7fffffff)]],
    ['a size out of bounds', [letter('>'), ...int32(0x7fffffff)]],
    ['a size out of bounds', [letter('s'), ...int32(-1)]],
    ['a size out of bounds', [letter('s'), ...int32(0x7fffffff)]],
    ['a size out of bounds', [letter('l'), ...int32(-0x80000000)]],
    ['an integer digit out of range', [letter('l'), ...int32(1), 0xff, 0xff]],
    ['an integer without a leading digit', [letter('l'), ...int32(2), 1, 0, 0, 0]],
    ['an integer without a leading digit', [letter('l'), ...int32(0)]],
    ['ASCII with other bytes', [letter('z'), 2, 0xc3, 0xa9]],
    ['ASCII with other bytes', [letter('a'), ...int32(2), 0xc3, 0xa9]],
  ])('has %s', (what, constant) => {
    expect(fault(constant)).toContain(what);
  });

  it.each([
    [0x80],
    [0xc1, 0x81],
    [0xc3],
    [0xc3, 0x41],
    [0xe0, 0x81, 0x81],
    [0xf0, 0x81, 0x81, 0x81],
    [0xf4, 0x90, 0x80, 0x80],
    [0xf8, 0x88, 0x80, 0x80, 0x80],
  ])('has a string that is not UTF-8 (%i)', (...bytes) => {
    expect(fault([letter('u'), ...int32(bytes.length), ...bytes])).toContain('a string that is not UTF-8');
  });

  it('is not a string with a lone surrogate, which CPython writes', () => {
    expect(fault([letter('u'), ...int32(3), 0xed, 0xa0, 0x80])).toBe('none');
    expect(fault([letter('u'), ...int32(4), 0xf4, 0x8f, 0xbf, 0xbf])).toBe('none');
  });

  it('has slices before 3.14', () => {
    const slice = { slice: [null, { int: 1 }, null] } as const;
    expect(fault(slice, '3.14')).toBe('none');
    expect(fault(slice, '3.13')).toContain('type code 58');
  });

  it('has parts of code objects that are something else', () => {
    expect(faultOf(dump({ name: 'f', consts: [], names: [{ int: 1 }] }))).toContain('a name that is no string');
    const name = Buffer.from(sample).lastIndexOf('z\x01f');
    expect(faultOf(Uint8Array.from([...sample.subarray(0, name), letter('N'), ...sample.subarray(name + 3)]))).toContain('a wrong part');
    expect(faultOf(Uint8Array.from([letter('N')]))).toContain('no code object');
  });

  it('nests without end', () => {
    expect(
      fault(
        new Array(3000)
          .fill([letter(')'), 1])
          .flat()
          .concat(letter('N')),
      ),
    ).toContain('nested too deeply');
    expect(
      fault(
        new Array(200)
          .fill([letter(')'), 1])
          .flat()
          .concat(letter('N')),
      ),
    ).toBe('none');
  });
});
