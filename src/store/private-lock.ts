import { open, readFile, rm, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { storePaths } from './directory.ts';
import { diskError, errnoOf, ownerOf, temporaryPath } from './disk.ts';

const lockAge = 30_000;

/**
 * Takes a lock by making the file `path`: resolves with its release, or with undefined when `isDone` says that the work was done by
 * another or `patience` milliseconds are over. Locks of dead processes and old ones are broken, so two may hold it; nobody waits for ever.
 */
export async function lockPrivate(
  path: string,
  options: { readonly directory: string; readonly isDone: () => Promise<boolean>; readonly patience: number },
): Promise<(() => Promise<void>) | undefined> {
  const name = basename(temporaryPath(storePaths(options.directory)));
  const end = performance.now() + options.patience;
  for (;;) {
    if (await makeLock(path, name)) return () => release(path, name);
    if ((await options.isDone()) || performance.now() >= end) return undefined;
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(25);
  }
}

async function makeLock(path: string, name: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(name).finally(() => file.close());
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw diskError(error, 'write to the store');
  }
}

async function isStale(path: string): Promise<boolean> {
  const [found, name] = await Promise.all([stat(path).catch(() => undefined), readFile(path, 'utf8').catch(() => '')]);
  if (found === undefined) return false;
  return ownerOf(name).alive === false || Date.now() - found.mtimeMs > lockAge;
}

async function release(path: string, name: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined);
  if (holder === name) await rm(path, { force: true });
}
