import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { interruptAt, type Moment, measure, openColdLab, temporaryFiles, type Whole, worked } from './faults/interrupt.ts';
import { goodBuild, makeSeed, openLab, type Seed, storeProblems } from './faults/lab.ts';
import { fillDisk, fillLayout, measureStore } from './faults/small-disk.ts';
import { digestIn } from './wherry.ts';

// A sample; the soak has a hundred moments and two dozen sizes, all of them with bytecode.
/** Shares of a build after which it is stopped: of one without bytecode, and of one that compiles most of the time. */
const stops = [
  ...[0, 0.2, 0.4, 0.6, 0.8].map((share) => ({ bytecode: 'none', share }) as const),
  ...[0.3, 0.7].map((share) => ({ bytecode: 'all', share }) as const),
];
const shares = [0.001, 0.5, 0.97];
/** Elsewhere than in CI the disks need a user who may mount. */
const mayMount = process.getuid?.() === 0 || Boolean(process.env.CI);

let seed: Seed;
let whole: Whole;
let compiling: { readonly seed: Seed; readonly whole: Whole };

beforeAll(async () => {
  seed = await makeSeed('none');
  whole = await measure(seed);
  const other = await makeSeed();
  compiling = { seed: other, whole: await measure(other) };
});

describe('Ctrl-C', () => {
  const moments: Moment[] = [];

  it.each(stops)('after $share of a build with bytecode of $bytecode', async ({ bytecode, share }) => {
    const from = bytecode === 'none' ? { seed, whole } : compiling;
    moments.push(await interruptAt(from.seed, share, from.whole));
  });

  it('mostly meets a build at work', () => {
    expect(moments.filter((moment) => moment === 'during').length).toBeGreaterThanOrEqual(stops.length / 2);
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
    const lab = await openLab(compiling.seed);
    // Both start an interpreter, and store its memory.
    rmSync(join(lab.store, 'snapshots-v1'), { recursive: true });
    try {
      const { digest } = compiling.whole;
      expect(await Promise.all([goodBuild(lab, []), goodBuild(lab, [])])).toEqual([digest, digest]);
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
