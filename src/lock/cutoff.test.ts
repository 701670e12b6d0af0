import { expect, test } from 'vitest';
import { cutoffKey } from './cutoff.ts';

test.each([
  ['2025-01-02T00:00:00Z', '2025-01-02T01:00:00+01:00'],
  ['2025-01-02T00:00:00Z', '2025-01-02 00:00:00.000Z'],
  ['2025-01-02T00:00:00.123Z', '2025-01-02T00:00:00.12300Z'],
  ['3 weeks', 'P3W'],
  ['3w', '3 weeks ago'],
  ['1 day, 12 hours', 'P1DT12H'],
  ['30 minutes', 'PT30M'],
  ['0 days', 'PT0S'],
  ['1 day 0 hours', 'P1D'],
])('%s equals %s', (a, b) => {
  expect(cutoffKey(a)).toBe(cutoffKey(b));
});

test.each([
  ['2025-01-02T00:00:00Z', '2025-01-02T00:00:00.0001Z'],
  ['2025-01-02T00:00:00.1234Z', '2025-01-02T00:00:00.1235Z'],
  ['1 week', '7 days'],
  ['PT1M', 'P1D'],
])('%s differs from %s', (a, b) => {
  expect(cutoffKey(a)).not.toBe(cutoffKey(b));
});

test('a date ends at the next local midnight', () => {
  expect(cutoffKey('2025-01-31')).toBe(new Date(2025, 1, 1).toISOString());
});

test.each(['', 'soon', '3', '1 month', '2025-01-02T00:00:00', 'P1Y', 'P'])('%j is refused', (text) => {
  expect(() => cutoffKey(text)).toThrow();
});
