import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inject } from 'vitest';

/**
 * Makes what several files of a run need: the first that asks makes it, in a directory of that name, and the others wait. Gives the directory. Throws
 * in all of them if it cannot be made. Nobody may change it afterwards.
 */
export async function once(name: string, make: (directory: string) => void | Promise<void>): Promise<string> {
  const directory = join(inject('shared'), name);
  const verdict = `${directory}.made`;
  if (await isFirst(directory)) {
    const fault = await faultOf(async () => await make(directory));
    await writeFile(`${verdict}.new`, fault);
    await rename(`${verdict}.new`, verdict);
  }
  const fault = await whenWritten(verdict);
  if (fault !== '') throw new Error(`${name}: ${fault}`);
  return directory;
}

async function isFirst(directory: string): Promise<boolean> {
  return await mkdir(directory).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'EEXIST') return false;
      throw error;
    },
  );
}

async function faultOf(work: () => Promise<void>): Promise<string> {
  return await work().then(
    () => '',
    (error: unknown) => String(error) || 'it failed',
  );
}

/** Its file's time limit ends the waiting if the one who makes it was killed. */
async function whenWritten(file: string): Promise<string> {
  for (;;) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text !== undefined) return text;
    await sleep(100);
  }
}
