import { describe, expect, it } from 'vitest';
import { play } from './play.ts';
import { secrets } from './scene.ts';
import { faultTable } from './table.ts';

describe.concurrent.each(Object.entries(faultTable))('%s', (_group, rows) => {
  it.each(rows.map((row) => [row.fault, row] as const))('%s', async (_fault, row) => {
    const { given, ends, steps = {}, waits = [], tag } = row;
    const seen = await play(given);
    if (ends === 'done') expect(seen.error).toBeUndefined();
    else {
      expect(seen.error).toMatchObject({ code: ends.code });
      if (ends.says !== undefined) expect([seen.error?.message, ...(seen.error?.details ?? [])].join('\n')).toMatch(ends.says);
      if (ends.hint !== undefined) expect(seen.error?.hint).toMatch(ends.hint);
      expect(seen.exit).toBe(2);
    }
    if (given.doing === 'push') expect(seen.tag).toBe(tag ?? (ends === 'done' ? 'new' : 'old'));
    for (const [step, count] of Object.entries(steps)) expect([step, seen.steps[step] ?? 0]).toEqual([step, count]);
    for (const [position, least] of waits.entries()) expect(seen.waits[position]).toBeGreaterThanOrEqual(least);
    expect(seen.foreignCredentials).toEqual([]);
    expect(seen.strangers).toEqual([]);
    for (const secret of secrets) expect(seen.words.join('\n')).not.toContain(secret);
    // No control characters of a registry reach the terminal.
    for (const word of seen.words) expect(word).toMatch(/^[\x20-\x7e…]*$/);
  });
});

it('the table has no row twice', () => {
  const names = Object.values(faultTable).flatMap((rows) => rows.map(({ fault }) => fault));
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThanOrEqual(60);
});
