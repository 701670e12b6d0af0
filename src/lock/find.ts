import { stat } from 'node:fs/promises';
import path from 'node:path';
import { ToolError } from '../errors/index.ts';
import { isMissing } from '../project/index.ts';
import type { Project } from '../project/types.ts';
import { conversion } from './convert.ts';

/** Which files say what is installed. Paths are absolute. */
export type LockFiles =
  | { readonly kind: 'uv'; readonly file: string }
  | { readonly kind: 'pylock'; readonly file: string }
  | { readonly kind: 'requirements'; readonly files: readonly string[] };

/** What the configuration says; paths start at the project's directory. */
export interface LockSetting {
  readonly lock: string | undefined;
  readonly requirements: readonly string[];
}

/** Names of pylock.toml (PEP 751, "File Name"). */
const pylockName = /^pylock(?:\.[^.]+)?\.toml$/;

/**
 * Chooses the lock: what is configured; else uv.lock of the workspace, pylock.toml, requirements.txt, those of the project before those of its root.
 * Errors: LOCK_MISSING with the command that makes one of what is there, CONFIG_INVALID for a name of no known format.
 */
export async function findLock(project: Project, setting: LockSetting): Promise<LockFiles> {
  if (setting.requirements.length > 0) {
    return { kind: 'requirements', files: setting.requirements.map((name) => path.resolve(project.directory, name)) };
  }
  if (setting.lock !== undefined) return await configured(project, setting.lock);
  const uv = path.join(project.root, 'uv.lock');
  if (await exists(uv)) return { kind: 'uv', file: uv };
  for (const directory of new Set([project.directory, project.root])) {
    const [pylock, requirements] = [path.join(directory, 'pylock.toml'), path.join(directory, 'requirements.txt')];
    if (await exists(pylock)) return { kind: 'pylock', file: pylock };
    if (await exists(requirements)) return { kind: 'requirements', files: [requirements] };
  }
  throw await missing(project, uv);
}

async function configured(project: Project, name: string): Promise<LockFiles> {
  const file = path.resolve(project.directory, name);
  const base = path.basename(file);
  if (!pylockName.test(base) && base !== 'uv.lock') {
    const hint = 'name uv.lock, pylock.toml or pylock.NAME.toml; for requirements files: requirements = ["requirements.txt"]';
    throw new ToolError('CONFIG_INVALID', `lock: ${base} is no lock file that is read here`, { hint });
  }
  if (await exists(file)) return { kind: base === 'uv.lock' ? 'uv' : 'pylock', file };
  const hint =
    base === 'uv.lock' ? 'run uv lock and commit uv.lock' : `run uv export --format pylock.toml --no-dev -o ${name}, and commit the file`;
  throw new ToolError('LOCK_MISSING', `there is no ${name}, which lock names`, { where: { file }, hint });
}

async function missing(project: Project, file: string): Promise<ToolError> {
  const { found, command } = await conversion(project);
  const details = found === undefined ? [] : [`${found} is here, but it is not read: uv.lock, pylock.toml and pinned requirements are`];
  const commit = command.endsWith('requirements.txt') ? 'requirements.txt' : 'uv.lock';
  return new ToolError('LOCK_MISSING', `${project.name} has no lock file`, {
    where: { file },
    details,
    hint: `run ${command}, and commit ${commit}`,
  });
}

async function exists(file: string): Promise<boolean> {
  return await stat(file).then(
    () => true,
    (error: unknown) => {
      if (isMissing(error)) return false;
      throw error;
    },
  );
}
