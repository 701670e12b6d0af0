import { describe, expect, it } from 'vitest';
import { makeElf } from '../../test/debianPackage.ts';
import { isElf, readElf } from './elf.ts';

describe('readElf', () => {
  it('reads soname, needed libraries, type and machine', () => {
    const bytes = makeElf({ soname: 'liba.so.1', needed: ['libc.so.6', 'libm.so.6'], machine: 183 });
    expect(readElf(bytes)).toEqual({ type: 3, machine: 183, soname: 'liba.so.1', needed: ['libc.so.6', 'libm.so.6'] });
  });

  it('reads a view into a larger buffer', () => {
    const bytes = makeElf({ needed: ['libc.so.6'] });
    const view = Buffer.concat([Buffer.from('before'), bytes]).subarray(6);
    expect(readElf(view)).toEqual({ type: 3, machine: 62, soname: undefined, needed: ['libc.so.6'] });
  });

  it('leaves other files, other word sizes and byte orders alone', () => {
    expect(isElf(Buffer.from('#!/bin/sh'))).toBe(false);
    expect(readElf(Buffer.from('GROUP ( /lib/libc.so.6 )'))).toBeUndefined();
    for (const [at, value] of [
      [4, 1],
      [5, 2],
    ] as const) {
      const bytes = makeElf({ soname: 'liba.so.1' });
      bytes[at] = value;
      expect(readElf(bytes)).toBeUndefined();
    }
  });

  it('refuses a file that is cut, or whose names lie outside', () => {
    const bytes = makeElf({ soname: 'liba.so.1' });
    expect(() => readElf(bytes.subarray(0, 120))).toThrow(RangeError);
    expect(() => readElf(bytes.subarray(0, bytes.length - 3))).toThrow(RangeError);
  });
});
