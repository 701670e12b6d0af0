import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds between two looks at a lock that another process holds. */
const interval = 20;

/** Runs `work` while this process alone holds the lock file. A lock whose process is gone is taken over. */
export async function withLock<T>(file: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  while (!(await take(file))) await sleep(interval, undefined, { signal });
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** The lock appears with its content in one step, so that it always names its holder. */
async function take(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(own, String(process.pid), { flag: 'wx' });
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(own, { force: true });
  }
  const holder = await readFile(file, 'utf8').catch(() => undefined);
  if (holder !== undefined && !isAlive(Number(holder))) await rm(file, { force: true });
  return false;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
