import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { parallel } from './parallel.ts';

describe('parallel', () => {
  it('keeps the order of the items and its width', async () => {
    let running = 0;
    let most = 0;
    const results = await parallel([5, 1, 4, 2, 3, 0], 3, async (ticks) => {
      running += 1;
      most = Math.max(most, running);
      for (let tick = 0; tick < ticks; tick += 1) await setImmediate();
      running -= 1;
      return ticks * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(3);
    expect(await parallel([], 3, async () => 1)).toEqual([]);
  });

  it('starts nothing after an error, and throws it when the rest has ended', async () => {
    const started: number[] = [];
    const ended: number[] = [];
    const work = async (item: number): Promise<void> => {
      started.push(item);
      if (item === 1) throw new Error('the second');
      await setImmediate();
      ended.push(item);
    };
    await expect(parallel([0, 1, 2, 3], 2, work)).rejects.toThrow('the second');
    expect({ started, ended }).toEqual({ started: [0, 1], ended: [0] });
  });
});
