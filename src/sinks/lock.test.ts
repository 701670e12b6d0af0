import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from './lock.ts';

const signal = new AbortController().signal;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

describe('withLock', () => {
  it('lets one in at a time and leaves nothing', async () => {
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(join(directory, 'lock'), signal, work)));
    expect(most).toBe(1);
    expect(await readdir(directory)).toEqual([]);
  });

  it('is free again after a fault', async () => {
    const file = join(directory, 'lock');
    await expect(withLock(file, signal, () => Promise.reject(new Error('fault')))).rejects.toThrow('fault');
    expect(await withLock(file, signal, async () => 'in')).toBe('in');
  });

  it('takes over the lock of a process that is gone', async () => {
    const file = join(directory, 'lock');
    const gone = spawnSync(process.execPath, ['-e', '0']).pid;
    await writeFile(file, String(gone));
    expect(await withLock(file, signal, async () => 'in')).toBe('in');
  });

  it('stops waiting for a living holder when it is aborted', async () => {
    const file = join(directory, 'lock');
    await writeFile(file, String(process.pid));
    const waiting = withLock(file, AbortSignal.abort(), async () => 'in');
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });
});
