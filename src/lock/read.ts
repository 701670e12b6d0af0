import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { Project } from '../project/types.ts';
import { parseLock } from './parse.ts';
import type { Lock } from './types.ts';

/** Larger than any lock seen by two orders of magnitude; nobody writes one by mistake. */
const maxBytes = 64 * 1024 * 1024;

/**
 * Reads uv.lock of the project's workspace. Errors: `LOCK_MISSING` with the command that fits what lies beside it, and those of
 * `parseLock`.
 */
export async function readLock(project: Project): Promise<Lock> {
  const file = path.join(project.root, 'uv.lock');
  const found = await stat(file).catch(orMissing);
  if (found === undefined) throw await missing(project, file);
  if (!found.isFile()) throw new ToolError('LOCK_BROKEN', 'uv.lock is not a file', { where: { file }, hint: 'remove it and run uv lock' });
  if (found.size > maxBytes) {
    const hint = 'run uv lock to write the file again';
    throw new ToolError('LOCK_BROKEN', `uv.lock has ${found.size} bytes; at most ${maxBytes} are read`, { where: { file }, hint });
  }
  return parseLock(await readFile(file, 'utf8'), file);
}

function orMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
  throw error;
}

async function missing(project: Project, file: string): Promise<ToolError> {
  const beside = await firstOf(project.root, ['poetry.lock', 'pdm.lock', 'requirements.txt']);
  const details = beside === undefined ? [] : [`${beside} is here, but only uv.lock is read`];
  return new ToolError('LOCK_MISSING', `${project.name} has no uv.lock`, { where: { file }, details, hint: nextStep(beside, project) });
}

async function firstOf(directory: string, names: readonly string[]): Promise<string | undefined> {
  for (const name of names) {
    if ((await stat(path.join(directory, name)).catch(orMissing)) !== undefined) return name;
  }
  return undefined;
}

function nextStep(beside: string | undefined, { rootPyproject: { data } }: Project): string {
  if (beside === 'poetry.lock' && data.project === undefined) return 'run uvx migrate-to-uv to move from Poetry, then commit uv.lock';
  if (beside === 'requirements.txt' && data.project !== undefined) return 'run uv add -r requirements.txt, then commit uv.lock';
  if (beside === 'requirements.txt') return 'run uv init --bare and uv add -r requirements.txt, then commit uv.lock';
  if (beside === 'pdm.lock') return 'move [tool.pdm.dev-dependencies] to [dependency-groups], run uv lock and commit uv.lock';
  return 'run uv lock and commit uv.lock';
}
