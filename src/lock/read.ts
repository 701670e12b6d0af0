import type { Project } from '../project/types.ts';
import { loadLock } from './load.ts';
import type { Lock } from './types.ts';

/** Reads uv.lock of the project's workspace, whatever else lies beside it. Errors: LOCK_MISSING, and those of `parseLock`. */
export async function readLock(project: Project): Promise<Lock> {
  return (await loadLock({
    project: { ...project, directory: project.root },
    setting: { lock: 'uv.lock', requirements: [] },
    env: {},
  })) as Lock;
}
