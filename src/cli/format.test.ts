import { describe, expect, it } from 'vitest';
import { formatDuration, formatSize, formatTable } from './format.ts';

describe('formatSize', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [999_949, '999.9 kB'],
    [999_951, '1.0 MB'],
    [34_800_000, '34.8 MB'],
    [1_370_000_000, '1.4 GB'],
  ])('prints %i as %s', (bytes, text) => {
    expect(formatSize(bytes)).toBe(text);
  });
});

describe('formatDuration', () => {
  it.each([
    [40, '0.0 s'],
    [1234, '1.2 s'],
    [59_940, '59.9 s'],
    [125_000, '2 min 05 s'],
  ])('prints %i ms as %s', (milliseconds, text) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });
});

describe('formatTable', () => {
  it('aligns columns and leaves no trailing space', () => {
    expect(
      formatTable([
        ['a', 'long', 'x'],
        ['bcd', 'e'],
      ]),
    ).toBe('a    long  x\nbcd  e');
  });

  it('aligns numbers to the right', () => {
    expect(
      formatTable(
        [
          ['a', '5'],
          ['b', '10'],
        ],
        [1],
      ),
    ).toBe('a   5\nb  10');
  });
});
