import { describe, expect, it, test } from 'vitest';
import { cutoffTime, parseCutoff } from './exclude-newer.ts';

const now = Date.parse('2026-11-01T00:00:00Z');
const day = 86_400_000;
const key = (value: unknown) => parseCutoff(value)?.key;
const time = (value: unknown) => {
  const cutoff = parseCutoff(value);
  return cutoff && cutoffTime(cutoff, now);
};

describe('the instant', () => {
  it.each([
    ['2026-10-01T00:00:00Z', Date.parse('2026-10-01T00:00:00Z')],
    ['2026-10-01T02:00:00+02:00', Date.parse('2026-10-01T00:00:00Z')],
    ['2026-10-01', new Date(2026, 9, 2).getTime()],
    ['2 weeks', now - 14 * day],
    ['1 day, 2 hours', now - day - 7_200_000],
    ['P3W', now - 21 * day],
    ['PT36H', now - 1.5 * day],
    [{ span: 'P1D' }, now - day],
    [undefined, undefined],
    ['', undefined],
  ])('of %j', (value, expected) => {
    expect(time(value)).toBe(expected);
  });
});

describe('the text', () => {
  it.each([
    ['2025-01-02T00:00:00Z', '2025-01-02T01:00:00+01:00'],
    ['2025-01-02T00:00:00Z', '2025-01-02 00:00:00.000Z'],
    ['2025-01-02T00:00:00.123Z', '2025-01-02T00:00:00.12300Z'],
    ['3 weeks', 'P3W'],
    ['3w', '3 weeks ago'],
    ['1 day, 12 hours', 'P1DT12H'],
    ['30 minutes', 'PT30M'],
    ['0 days', 'PT0S'],
    ['1 day 0 hours', 'P1D'],
  ])('of %s is that of %s', (a, b) => {
    expect(key(a)).toBe(key(b));
  });

  it.each([
    ['2025-01-02T00:00:00Z', '2025-01-02T00:00:00.0001Z'],
    ['2025-01-02T00:00:00.1234Z', '2025-01-02T00:00:00.1235Z'],
    ['1 week', '7 days'],
    ['PT1M', 'P1D'],
  ])('of %s is not that of %s', (a, b) => {
    expect(key(a)).not.toBe(key(b));
  });

  it('of a date is the next local midnight', () => {
    expect(key('2025-01-31')).toBe(new Date(2025, 1, 1).toISOString());
  });
});

test.each(['soon', '3', '1 month', '3 moons', '2025-01-02T00:00:00', '2026-13-45', '2026-02-30', 'P1Y', 'P', 7])(
  '%j is refused',
  (value) => {
    expect(() => parseCutoff(value)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  },
);
