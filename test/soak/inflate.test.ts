import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Agreement, compareEntries, compareMutations } from '../oracle/deflate-agreement.ts';
import { downloadWheels } from '../oracle/wheels.ts';
import { note } from './note.ts';

const leastEntries = 50_000;
const leastMutations = 100_000;

function counts({ compared, accepted, bytes, differences }: Agreement): string {
  return `${compared} compared, ${accepted} accepted by both (${Math.round(bytes / 1e6)} MB), ${differences.length} differences`;
}

describe('our deflate decoder against zlib', () => {
  let wheels: string[] = [];
  beforeAll(() => {
    execFileSync(join(import.meta.dirname, '../../scripts/setup-python'), { stdio: 'inherit' });
    wheels = ['wheels.txt', 'wheels-soak.txt'].flatMap(downloadWheels);
  }, 1_200_000);

  it('agrees on every entry of real wheels', { timeout: 1_200_000 }, () => {
    const agreement = compareEntries(wheels);
    note(`- Deflate entries of ${wheels.length} wheels: ${counts(agreement)}.`);
    expect(agreement.differences.slice(0, 10)).toEqual([]);
    expect(agreement.accepted).toBeGreaterThanOrEqual(leastEntries);
  });

  it('agrees on damaged entries', { timeout: 1_200_000 }, () => {
    const agreement = compareMutations(wheels, { count: leastMutations, seed: 2 });
    note(`- Damaged deflate entries: ${counts(agreement)}.`);
    expect(agreement.differences.slice(0, 10)).toEqual([]);
    expect(agreement.compared).toBeGreaterThanOrEqual(leastMutations);
  });
});
