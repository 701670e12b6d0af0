import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parentOf } from './processes.ts';

const scratchPrefix = 'wherry-run-';

/** A new directory that names its process; those of killed processes are removed. */
export async function scratchDirectory(parent: string): Promise<string> {
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(scratchPrefix) ? Number(name.slice(scratchPrefix.length).split('-')[0]) : 0;
    if (pid > 0 && parentOf(String(pid)) === undefined)
      await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(parent, `${scratchPrefix}${process.pid}-`));
}
