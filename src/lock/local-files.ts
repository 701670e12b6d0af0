import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileDigest } from '../file-digest.ts';
import type { Lock, LockedFile } from './types.ts';

/**
 * The lock with hashes and sizes of the files of this machine that it names without a hash: uv writes none for the files of a directory
 * (`find-links`). A file that is not there stays as it is.
 */
export async function withLocalHashes(lock: Lock, root: string): Promise<Lock> {
  const lacking = ({ path, hash }: LockedFile): boolean => path !== undefined && hash === undefined;
  if (!lock.packages.some(({ wheels, sdist }) => wheels.some(lacking) || (sdist !== undefined && lacking(sdist)))) return lock;
  const whole = async (file: LockedFile): Promise<LockedFile> => (lacking(file) ? await hashed(file, root) : file);
  const packages = lock.packages.map(async (locked) => ({
    ...locked,
    sdist: locked.sdist === undefined ? undefined : await whole(locked.sdist),
    wheels: await Promise.all(locked.wheels.map(whole)),
  }));
  return { ...lock, packages: await Promise.all(packages) };
}

async function hashed(file: LockedFile, root: string): Promise<LockedFile> {
  const path = resolve(root, file.path ?? '');
  try {
    const { size } = await stat(path);
    return { ...file, size, hash: await fileDigest(path) };
  } catch {
    return file;
  }
}
