import { posix } from 'node:path';
import type { BuildJob } from './types.ts';

/** Where the backend's wheels are unpacked, in the interpreter's file system. */
export const site = '/opt/backend';
const top = '/build';
const defaultRoot = 'source';

/** Where things lie in the interpreter's file system; the same for every checkout. */
export interface BuildLayout {
  /** What git calls the top level; without git the same as `root`. */
  readonly top: string;
  /** The root of the job's files. */
  readonly root: string;
  /** The directory of pyproject.toml, where hooks run. */
  readonly directory: string;
}

/** `prefix` is where the files lie below git's top level, `''` or with a slash at its end. */
export function buildLayout({ rootName, subdirectory }: Pick<BuildJob, 'rootName' | 'subdirectory'>, prefix: string): BuildLayout {
  const place = `${top}/${segment(rootName ?? defaultRoot)}`;
  const root = posix.join(place, prefix).replace(/\/$/, '');
  return { top: place, root, directory: below(root, subdirectory ?? '.') };
}

function segment(name: string): string {
  return /^[^/\0]+$/.test(name) && name !== '.' && name !== '..' ? name : defaultRoot;
}

/** Joins, and refuses what leaves the root. */
export function below(root: string, path: string): string {
  const joined = posix.join(root, path).replace(/\/$/, '');
  if (joined !== root && !joined.startsWith(`${root}/`)) throw new TypeError(`${path} is not below the root of the tree`);
  return joined;
}
