import { beforeAll, describe, expect, it } from 'vitest';
import { interruptAt, type Moment, measure, type Whole } from '../e2e/faults/interrupt.ts';
import { makeSeed, type Seed } from '../e2e/faults/lab.ts';
import { fillDisk, measureStore } from '../e2e/faults/small-disk.ts';
import { note } from './note.ts';

const interruptions = 100;
const sizes = 24;

let seed: Seed;
let whole: Whole;

beforeAll(async () => {
  seed = await makeSeed();
  whole = await measure(seed);
});

describe('Ctrl-C', () => {
  const moments: Moment[] = [];

  it.each(Array.from({ length: interruptions }, (_, index) => index))('after %i hundredths of a build', async (index) => {
    moments.push(await interruptAt(seed, index / interruptions, whole));
  });

  it('mostly meets a build at work', () => {
    const count = (moment: Moment): number => moments.filter((item) => item === moment).length;
    const found = `${count('during')} during the build, ${count('early')} before the program had loaded, ${count('late')} after it was done`;
    note(`- Ctrl-C: ${moments.length} of ${interruptions} builds ended as they should: ${found}.`);
    expect(count('during')).toBeGreaterThanOrEqual(interruptions / 2);
  });
});

describe('a full disk', () => {
  let need: Awaited<ReturnType<typeof measureStore>>;
  const passed: number[] = [];
  beforeAll(async () => {
    need = await measureStore(seed);
  });

  it.each(Array.from({ length: sizes }, (_, index) => index))('size %i', async (index) => {
    // From one page to all but a few: evenly spread, ends included.
    const size = Math.round(4096 + ((need.bytes - 8 * 4096) * index) / (sizes - 1));
    await fillDisk(seed, `size=${size}`, whole.digest);
    passed.push(size);
  });

  it('is noted', () => {
    const [least = 0, most = 0] = [passed[0], passed.at(-1)];
    note(
      `- Full disk: ${passed.length} of ${sizes} sizes of the store's disk from ${least} to ${most} bytes; a build needs ${need.bytes}.`,
    );
    expect(passed).toHaveLength(sizes);
  });
});
