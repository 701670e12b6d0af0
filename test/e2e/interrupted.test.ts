import { beforeAll, describe, expect, it } from 'vitest';
import { interruptAt, type Moment, measure, openColdLab, temporaryFiles, type Whole, worked } from './faults/interrupt.ts';
import { goodBuild, makeSeed, type Seed, storeProblems } from './faults/lab.ts';
import { fillDisk, fillLayout, measureStore } from './faults/small-disk.ts';
import { digestIn } from './wherry.ts';

// A sample; the soak has a hundred moments and two dozen sizes.
const times = 6;
const shares = [0.001, 0.5, 0.97];
/** Elsewhere than in CI the disks need a user who may mount. */
const mayMount = process.getuid?.() === 0 || Boolean(process.env.CI);

let seed: Seed;
let whole: Whole;

beforeAll(async () => {
  seed = await makeSeed();
  whole = await measure(seed);
});

describe('Ctrl-C', () => {
  const moments: Moment[] = [];

  it.each(Array.from({ length: times }, (_, index) => index))('after %i sixths of a build', async (index) => {
    moments.push(await interruptAt(seed, index / times, whole));
  });

  it('mostly meets a build at work', () => {
    expect(moments.filter((moment) => moment === 'during').length).toBeGreaterThanOrEqual(times / 2);
  });
});

describe.skipIf(!mayMount)('a full disk', () => {
  let need: Awaited<ReturnType<typeof measureStore>>;
  beforeAll(async () => {
    need = await measureStore(seed);
    expect(need.digest).toBe(whole.digest);
  });

  it.each(shares)('with room for %d of the store', async (share) => {
    await fillDisk(seed, `size=${Math.ceil(need.bytes * share)}`, whole.digest);
  });

  it('without inodes', async () => await fillDisk(seed, 'size=512m,nr_inodes=60', whole.digest));

  it('below an image layout', async () => await fillLayout(seed, whole.digest));
});

describe('two builds of one project at once', () => {
  it('end with one digest', async () => {
    const lab = await openColdLab(seed);
    try {
      expect(await Promise.all([goodBuild(lab, []), goodBuild(lab, [])])).toEqual([whole.digest, whole.digest]);
      expect(await storeProblems(lab)).toEqual([]);
      expect(temporaryFiles(lab)).toEqual([]);
    } finally {
      await lab.close();
    }
  });

  it.each([0.3, 0.8])('of which one is killed after %d of its time', async (share) => {
    const lab = await openColdLab(seed);
    try {
      const [victim, other] = [lab.start(['build', lab.project]), lab.start(['build', lab.project])];
      await worked(victim, whole.ticks * share);
      victim.child.kill('SIGKILL');
      await victim.ended;
      const { status, out, err } = await other.ended;
      expect(status, err).toBe(0);
      expect(digestIn(out)).toBe(whole.digest);
      expect(await goodBuild(lab, [])).toBe(whole.digest);
      expect(await storeProblems(lab)).toEqual([]);
      expect(temporaryFiles(lab)).toEqual([]);
    } finally {
      await lab.close();
    }
  });
});
