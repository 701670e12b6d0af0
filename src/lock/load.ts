import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { Project } from '../project/types.ts';
import { findLock, type LockFiles, type LockSetting } from './find.ts';
import { withLocalHashes } from './local-files.ts';
import { parseLock } from './parse.ts';
import type { PinnedLock } from './pinned.ts';
import { parsePylock } from './pylock.ts';
import { type RequirementsLock, readRequirementsLock } from './requirements-lock.ts';
import type { Lock } from './types.ts';

/** A lock as its file says it: a graph, a list of files, or pins whose files an index may have to tell yet. */
export type ReadLock = Lock | PinnedLock | RequirementsLock;

export interface LoadLockOptions {
  readonly project: Project;
  readonly setting: LockSetting;
  /** For variables in requirements files. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Larger than any lock seen by two orders of magnitude; nobody writes one by mistake. */
const maxBytes = 64 * 1024 * 1024;

/** Reads the lock of a project, in whatever format it has one. Errors: those of `findLock` and of the format. */
export async function loadLock(options: LoadLockOptions): Promise<ReadLock> {
  return await readLockFiles(await findLock(options.project, options.setting), options);
}

/** The same of files that are found already. Errors: those of the format. */
export async function readLockFiles(found: LockFiles, { project, setting, env }: LoadLockOptions): Promise<ReadLock> {
  if (found.kind !== 'requirements') return await readFound(found, project);
  const read = await readRequirementsLock(found.files, { project, env });
  if (setting.requirements.length > 0) return read;
  return { ...read, notes: [...read.notes, 'packages come from requirements.txt: there is no uv.lock'] };
}

async function readFound({ kind, file }: Exclude<LockFiles, { readonly kind: 'requirements' }>, { root }: Project): Promise<ReadLock> {
  const text = await textOf(file);
  if (kind === 'uv') return await withLocalHashes(parseLock(text, file), path.dirname(file));
  const base = path.relative(root, path.dirname(file)).split(path.sep).join('/') || '.';
  return parsePylock(text, { file, base });
}

async function textOf(file: string): Promise<string> {
  const name = path.basename(file);
  const found = await stat(file);
  if (!found.isFile())
    throw new ToolError('LOCK_BROKEN', `${name} is not a file`, { where: { file }, hint: 'remove it and write it again' });
  if (found.size > maxBytes) {
    const hint = 'write the file again';
    throw new ToolError('LOCK_BROKEN', `${name} has ${found.size} bytes; at most ${maxBytes} are read`, { where: { file }, hint });
  }
  return await readFile(file, 'utf8');
}
