import { realpath, stat } from 'node:fs/promises';
import { join, posix, relative, sep } from 'node:path';
import type { Context } from '../../context.ts';
import type { BuildLayout } from '../layout.ts';
import { runGit } from './run.ts';

/** A work tree on this machine whose git may be asked. */
export interface GitPlace {
  /** Absolute, without links: the top level. */
  readonly top: string;
  /** Where the files of the job lie below it: `''`, or with a slash at its end. */
  readonly prefix: string;
  /** Settings that take the programs of the repository's own configuration away. */
  readonly settings: readonly string[];
  /** Environment that git is found in. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The work tree around a directory; undefined without git or outside of one. */
export async function findGit(directory: string, { env, signal }: Pick<Context, 'env' | 'signal'>): Promise<GitPlace | undefined> {
  const here = await realpath(directory);
  const none = { top: here, prefix: '', settings: [], env };
  const found = await runGit(none, ['rev-parse', '--show-toplevel'], { directory: here, signal }).catch(() => undefined);
  if (found === undefined || found.status !== 0) return undefined;
  const top = await realpath(
    Buffer.from(found.stdout)
      .toString()
      .replace(/\r?\n$/, ''),
  );
  const path = relative(top, here).split(sep).join('/');
  if (path.startsWith('..')) return undefined;
  const keys = await runGit(none, ['config', '--list', '--name-only', '-z'], { directory: here, signal });
  return { top, prefix: path === '' ? '' : `${path}/`, settings: withoutPrograms(Buffer.from(keys.stdout).toString()), env };
}

/** Filters run programs when git compares files. Their names come from the repository's own configuration. */
function withoutPrograms(keys: string): readonly string[] {
  const filters = keys.split('\0').filter((key) => /^filter\..*\.(?:clean|smudge|process|required)$/s.test(key) && !key.includes('='));
  return [...new Set(filters)].flatMap((key) => ['-c', `${key}=${key.endsWith('.required') ? 'false' : ''}`]);
}

/** The directory on this machine that the backend calls `path`; the top level for all that is not in the work tree. */
export async function hostDirectory({ top }: Pick<GitPlace, 'top'>, layout: BuildLayout, path: string): Promise<string> {
  const normal = posix.normalize(path);
  if (!normal.startsWith(`${layout.top}/`)) return top;
  // What only the backend has made is not there; a link may lead elsewhere.
  const found = await realpath(join(top, normal.slice(layout.top.length + 1))).catch(() => top);
  const isDirectory = await stat(found).then((stats) => stats.isDirectory());
  return isDirectory && found.startsWith(`${top}${sep}`) ? found : top;
}
