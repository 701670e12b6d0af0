import { resolve } from 'node:path';
import type { BuildsInput, PlannedBuilds } from './builds/index.ts';
import type { ImageConfig } from './config/types.ts';
import { ToolError } from './errors/index.ts';
import { type ComputedMetadata, type Lock, requireFreshLock } from './lock/index.ts';
import type { WherryLock } from './resolve/index.ts';
import type { SelectedPackage, Selection } from './select/types.ts';

export interface PlanBuildsInput extends Omit<BuildsInput, 'lock' | 'settings'> {
  readonly image: Pick<ImageConfig, 'buildConstraints'>;
  readonly pins: WherryLock;
}

/** How packages without a wheel are built, and wherry.lock with what that needs. What finds that out is loaded only if there is such a package. */
export async function planBuilds(input: PlanBuildsInput): Promise<{ readonly lock: WherryLock; readonly builds: PlannedBuilds }> {
  const { project, image, selection, pins, members, ctx } = input;
  const isBuilt = selection.packages.some(
    ({ artifact }) =>
      artifact.kind === 'archive' ||
      artifact.kind === 'git' ||
      (artifact.kind === 'local' && members.get(artifact.path)?.backend !== 'uv_build'),
  );
  if (!isBuilt) return { lock: pins, builds: new Map() };
  const { readBuildSettings, resolveBuilds } = await import('./builds/index.ts');
  const settings = await readBuildSettings({ project, env: ctx.env, constraints: image.buildConstraints, now: Date.now() });
  return await resolveBuilds({ ...input, lock: pins, settings });
}

export interface ComputedCheck extends Omit<PlanBuildsInput, 'selection' | 'members' | 'trees'> {
  readonly lock: Lock;
  /** Absolute paths of the trees whose dependencies only their backend knows. */
  readonly open: readonly string[];
  readonly readTrees: (selection: Selection) => Promise<Pick<PlanBuildsInput, 'members' | 'trees'>>;
}

/**
 * Compares uv.lock with what build backends compute, and gives wherry.lock with what asking them needed. Errors: LOCK_STALE; LOCK_UNVERIFIED, if a
 * backend cannot be asked; those of `resolveBuilds` that concern wherry.lock and the network.
 */
export async function requireComputedLock(input: ComputedCheck): Promise<WherryLock> {
  const { project, lock, open, ctx } = input;
  const packages = lock.packages.flatMap(({ name, version, source }): SelectedPackage[] => {
    const directory = 'directory' in source ? resolve(project.root, source.directory) : undefined;
    if (directory === undefined || !open.includes(directory) || !('directory' in source)) return [];
    return [{ name, version, source, artifact: { kind: 'local', path: source.directory }, why: name }];
  });
  const selection = { roots: [], packages, dropped: [] };
  const { builtMetadata } = await import('./builds/index.ts');
  const { members, trees } = await input.readTrees(selection);
  try {
    const planned = await planBuilds({ ...input, selection, members, trees });
    const computed = new Map<string, ComputedMetadata>();
    for (const { name, artifact } of packages) {
      const build = planned.builds.get(name);
      if (build === undefined || artifact.kind !== 'local') continue;
      computed.set(resolve(project.root, artifact.path), await builtMetadata(build, input.pythonMinor, input));
    }
    await requireFreshLock(project, lock, { frozen: false, computed, env: ctx.env });
    return planned.lock;
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw asUnverified(error, packages);
  }
}

function asUnverified(error: unknown, packages: readonly SelectedPackage[]): unknown {
  if (!(error instanceof ToolError) || !/^(?:BACKEND|BUILD_REQUIRES)_/.test(error.code)) return error;
  const names = packages.map(({ name }) => name).join(', ');
  return new ToolError('LOCK_UNVERIFIED', `uv.lock cannot be compared with the dependencies of ${names}, which a build backend computes`, {
    details: [error.message, ...error.details],
    hint: 'run uv lock --check yourself and build with --frozen',
    cause: error,
  });
}
