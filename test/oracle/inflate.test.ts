import { describe, expect, it } from 'vitest';
import { compareEntries, compareMutations } from './deflate-agreement.ts';
import { downloadWheels } from './wheels.ts';

/** Our decoder against zlib; test/soak/inflate.test.ts is the long form. */
describe('deflate streams of real wheels', () => {
  const wheels = downloadWheels('wheels.txt');

  it('give the bytes that zlib gives, and end where another block can follow', () => {
    const { compared, accepted, differences } = compareEntries(wheels);
    expect(differences.slice(0, 10)).toEqual([]);
    expect(accepted).toBe(compared);
    expect(compared).toBeGreaterThanOrEqual(5000);
  });

  it('are accepted, refused and decoded as zlib does when they are damaged', () => {
    const { compared, accepted, differences } = compareMutations(wheels, { count: 10_000, seed: 1 });
    expect(differences.slice(0, 10)).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(10_000);
    // Some damage only changes bytes; without it, this would compare refusals alone.
    expect(accepted).toBeGreaterThan(compared / 20);
    expect(accepted).toBeLessThan(compared * 0.9);
  });
});
