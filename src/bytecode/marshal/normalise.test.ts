import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Code, dump, int32, letter, nan, plainly, type Value, type Ways } from './fixture.ts';
import { normalise } from './index.ts';

const always: Ways = { flag: () => true, share: () => true, intern: () => true, turn: () => true };
const small = fc.constantFrom('', 'a', '/', 'name', 'two words', 'né', 'é', 'x'.repeat(300));

function module(...consts: Value[]): Code {
  return { name: '<module>', consts, names: ['print'] };
}

/** The canonical form of the constants, as text: bytes that are no printable ASCII stand as hex digits after a backslash. */
function constants(value: Code, ways = plainly): string {
  const text = shown(normalise(dump(value, ways), '3.14'));
  return text.slice(text.indexOf('code') + 'code'.length, text.indexOf(String.raw`)\01Z\05print`));
}

function shown(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => (byte > 32 && byte < 127 ? String.fromCharCode(byte) : `\\${byte.toString(16).padStart(2, '0')}`))
    .join('');
}

const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom<Value>(null, true, false),
    fc.constantFrom(-6, -5, 0, 1, 256, 257, 70000, -(2 ** 31)).map((int) => ({ int })),
    fc.constantFrom([1, 2, 3], [0, 0, 32767]).map((long) => ({ long })),
    fc.constantFrom([nan], [[0, 0, 0, 0, 0, 0, 0xf0, 0x3f]], [[0, 0, 0, 0, 0, 0, 0, 0x80], nan]).map((doubles) => ({ doubles })),
    fc.constantFrom('', 'x', 'longer').map((bytes) => ({ bytes })),
    small,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .uniqueArray(fc.oneof(small, fc.tuple(small, small)), { maxLength: 4, selector: (each) => JSON.stringify(each) })
      .map((frozenset) => ({ frozenset })),
    fc.tuple(tie('value'), tie('value'), tie('value')).map((slice) => ({ slice })),
    fc.record({ name: small, consts: fc.array(tie('value'), { maxLength: 4 }), names: fc.array(small, { maxLength: 3 }), qualname: small }),
  ),
})).value;

function waysFrom(choices: readonly boolean[]): Ways {
  let next = 0;
  const choose = () => choices[next++ % choices.length] as boolean;
  return { flag: choose, share: choose, intern: choose, turn: choose };
}

const ways = fc.array(fc.boolean(), { minLength: 1, maxLength: 50 }).map(waysFrom);

describe('normalise', () => {
  it('gives one form, however objects were shared, flagged, interned and ordered', () => {
    fc.assert(
      fc.property(fc.array(value), ways, ways, (consts, one, two) => {
        const expected = normalise(dump(module(...consts)), '3.14');
        expect(normalise(dump(module(...consts), one), '3.14')).toEqual(expected);
        expect(normalise(dump(module(...consts), two), '3.14')).toEqual(expected);
        expect(normalise(expected, '3.14')).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });

  it('may be longer than what was read: a reference takes more bytes than a small tuple', () => {
    const input = dump(module([null], [null], [null], [null]));
    const output = normalise(input, '3.14');
    expect(output.length).toBeGreaterThan(input.length);
    expect(normalise(output, '3.14')).toEqual(output);
  });

  it('leaves its input alone', () => {
    const input = dump(module({ doubles: [[1, 0, 0, 0, 0, 0, 0xf0, 0xff]] }), always);
    const before = input.slice();
    normalise(input, '3.13');
    expect(input).toEqual(before);
  });

  it('reads longer data than it keeps memory for', () => {
    const [before = '', after = ''] = Buffer.from(dump(module('middle')))
      .toString('latin1')
      .split('z\x06middle');
    const long = Buffer.concat([Buffer.from([letter('a'), ...int32(5_000_000)]), Buffer.alloc(5_000_000, 'word ')]);
    const input = Buffer.concat([Buffer.from(before, 'latin1'), long, Buffer.from(after, 'latin1')]);
    expect(long.equals(normalise(input, '3.12').subarray(before.length, before.length + long.length))).toBe(true);
  });
});

describe('references', () => {
  it('stand for equal constants, and flags only where one points', () => {
    const expected = String.raw`)\03\fa\03a\20bz\03a\20cr\00\00\00\00`;
    expect(constants(module('a b', 'a c', 'a b'))).toBe(expected);
    expect(constants(module('a b', 'a c', 'a b'), always)).toBe(expected);
  });

  it('count in the order in which objects begin', () => {
    const pair = [{ int: 1000 }, 'x y'];
    expect(constants(module(pair, 'x y', pair))).toBe(String.raw`)\03\a9\02i\e8\03\00\00\fa\03x\20yr\01\00\00\00r\00\00\00\00`);
  });

  it('do not stand for what is one object anyway', () => {
    const own = [{ int: -5 }, { int: 256 }, '', 'x', [], { bytes: '' }, null, true];
    expect(constants(module([...own, null], own))).not.toContain('r');
  });
});

describe('values', () => {
  it('that differ in type or sign stay apart', () => {
    const zero = [0, 0, 0, 0, 0, 0, 0, 0];
    const minus = [0, 0, 0, 0, 0, 0, 0, 0x80];
    const list: Value[] = [
      { doubles: [zero] },
      { doubles: [minus] },
      { doubles: [zero, minus] },
      { int: 0 },
      { bytes: 'ab' },
      'ab',
      [],
      { frozenset: [] },
    ];
    expect(constants(module(...list))).not.toContain('r');
  });

  it('that are NaN lose sign and payload, and stay objects of their own', () => {
    const odd = [1, 2, 3, 4, 5, 6, 0xf7, 0xff];
    const one = [0, 0, 0, 0, 0, 0, 0xf0, 0x3f];
    const text = String.raw`\00\00\00\00\00\00\f8\7f`;
    expect(constants(module({ doubles: [odd] }, { doubles: [nan] }))).toBe(String.raw`)\02g${text}g${text}`);
    expect(constants(module({ doubles: [one, odd] }))).toBe(String.raw`)\01y\00\00\00\00\00\00\f0?${text}`);
  });

  it('that are one NaN stay one', () => {
    const shared = Uint8Array.from([letter('g') | 0x80, ...nan]);
    const text = constants(module(shared, Uint8Array.from([letter('r'), ...int32(0)])));
    expect(text).toBe(String.raw`)\02\e7\00\00\00\00\00\00\f8\7fr\00\00\00\00`);
  });

  it('that are code objects stay as many as they were', () => {
    const inner = { name: 'inner', consts: [] };
    expect(shown(normalise(dump(module(inner, inner)), '3.14')).match(/c\\01\\01/g)).toHaveLength(3);
    const once = dump(
      module(Uint8Array.from([letter('c') | 0x80, ...dump(inner).subarray(1)]), Uint8Array.from([letter('r'), ...int32(0)])),
    );
    expect(shown(normalise(once, '3.14')).match(/[c3]\\01\\01/g)).toHaveLength(2);
  });

  it('have their short spelling where there is one', () => {
    const long = 'two words'.repeat(30);
    expect(constants(module(Uint8Array.from([letter('('), ...int32(0)]), Uint8Array.from([letter('a'), ...int32(1), letter('/')])))).toBe(
      String.raw`)\02)\00z\01/`,
    );
    expect(constants(module(long))).toMatch(/^\)\\01a\\0e\\01\\00\\00two/);
    expect(constants(module(new Array(256).fill(null)))).toMatch(/^\)\\01\(\\00\\01\\00\\00N/);
  });
});

describe('elements of frozensets', () => {
  it('are in an order of values', () => {
    const elements: Value[] = ['b', 'a', 'ab', ['b'], ['a'], { int: 2 }, { bytes: 'a' }, { frozenset: ['z'] }, null];
    const expected = constants(module({ frozenset: elements }));
    expect(constants(module({ frozenset: elements.toReversed() }), always)).toBe(expected);
    expect(expected).toMatch(/z\\01a.*z\\02ab|Z\\01a.*Z\\02ab/);
  });

  it('are no code objects', () => {
    const inner = { name: 'inner', consts: [] };
    expect(() => normalise(dump(module({ frozenset: [inner, { ...inner, name: 'other' }] })), '3.14')).toThrow('a code object in a set');
  });
});

describe('strings', () => {
  it('of letters, digits and underscores are interned, whatever they were', () => {
    expect(constants(module('snake_Case9'))).toBe(String.raw`)\01Z\0bsnake_Case9`);
    expect(constants(module('nö'))).toBe(String.raw`)\01t\03\00\00\00n\c3\b6`);
    expect(constants(module(''))).toBe(String.raw`)\01Z\00`);
  });

  it('of other characters are not, whatever they were', () => {
    expect(constants(module('two words', '/', 'ö!'), always)).toBe(String.raw`)\03z\09two\20wordsz\01/u\03\00\00\00\c3\b6!`);
  });

  it('that are names are interned everywhere', () => {
    const lambda = { name: '<lambda>', consts: ['<lambda>', '.0', 'a.b', '/f.py'], names: ['print', '.0'], qualname: 'a.b' };
    const text = (minor: '3.12' | '3.13') => shown(normalise(dump(lambda), minor));
    expect(text('3.12')).toContain(String.raw`)\04\da\08<lambda>\da\02.0\fa\03a.b\da\05/f.py`);
    expect(text('3.13')).toContain(String.raw`)\04\da\08<lambda>\da\02.0\da\03a.b\da\05/f.py`);
  });
});
