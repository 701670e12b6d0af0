import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { goodBuild, type Lab, login, openLab, type Seed, storeProblems } from './lab.ts';

const roomy = 512 * 1024 * 1024;

/** Mounts a file system of its own for the work and takes it away again. Needs root. */
async function onSmallDisk<T>(options: string, work: (disk: string, lab: Lab) => Promise<T>, seed: Seed): Promise<T> {
  const lab = await openLab(seed);
  const disk = join(lab.directory, 'disk');
  mkdirSync(disk);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0700,${options}`, 'wherry-test', disk]);
  try {
    return await work(disk, lab);
  } finally {
    execFileSync('umount', ['-l', disk]);
    await lab.close();
  }
}

/** Bytes that a store needs for a build from nothing, and the digest of that build. */
export async function measureStore(seed: Seed): Promise<{ readonly bytes: number; readonly digest: string }> {
  return await onSmallDisk(
    `size=${roomy}`,
    async (disk, lab) => {
      const digest = await goodBuild(lab, [], { WHERRY_CACHE_DIR: disk });
      const { blocks, bfree, bsize } = statfsSync(disk);
      return { bytes: (blocks - bfree) * bsize, digest };
    },
    seed,
  );
}

/** A build whose store is full at some point: what is said, what stays, and that it goes on when there is room. `options` are those of tmpfs. */
export async function fillDisk(seed: Seed, options: string, reference: string): Promise<void> {
  await onSmallDisk(
    options,
    async (disk, lab) => {
      const env = { WHERRY_CACHE_DIR: disk };
      const { status, out, err } = await lab.run(['build', lab.project], { env });
      expect({ status, out, code: /^error\[(\w+)\]/m.exec(err)?.[1] }, err).toEqual({ status: 2, out: '', code: 'STORE_FULL' });
      expect(err).toMatch(/^hint: .*(?:wherry cache prune|WHERRY_CACHE_DIR)/m);
      expect(err).not.toMatch(/\n\s+at \S.*:\d+:\d+|warning/);
      expect(err).not.toContain(login.password);
      execFileSync('mount', ['-o', `remount,size=${roomy},nr_inodes=100000`, disk]);
      expect(await storeProblems(lab, disk)).toEqual([]);
      expect(await goodBuild(lab, [], env)).toBe(reference);
    },
    seed,
  );
}

/** An image layout on a disk that is too small for it. */
export async function fillLayout(seed: Seed, reference: string): Promise<void> {
  await onSmallDisk(
    'size=8m',
    async (disk, lab) => {
      const target = join(disk, 'out');
      const { status, out, err } = await lab.run(['build', lab.project, '--oci', target]);
      expect({ status, out, code: /^error\[(\w+)\]/m.exec(err)?.[1] }, err).toEqual({ status: 2, out: '', code: 'SINK_WRITE' });
      expect(err).toMatch(/^hint: ./m);
      const { status: read } = await lab.run(['inspect', '--check', `oci:${target}`]);
      expect(read).not.toBe(0);
      execFileSync('mount', ['-o', `remount,size=${roomy}`, disk]);
      await lab.run(['build', lab.project, '--oci', target]);
      expect((await lab.run(['inspect', '--check', `oci:${target}`])).status).toBe(0);
      expect(await storeProblems(lab)).toEqual([]);
      expect(await goodBuild(lab, [])).toBe(reference);
    },
    seed,
  );
}
