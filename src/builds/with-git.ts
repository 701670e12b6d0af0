import { buildWheel } from '../backend/index.ts';
import { type BuildRecipe, type BuiltRecipe, buildId } from '../plan/index.ts';
import { digestOfExchanges, type JobMeans, readyJob } from './job.ts';
import { keepWheel } from './kept.ts';
import type { PlannedBuild } from './resolve.ts';

/**
 * The build of a tree with what git says now as part of its identity: only the build itself shows what it asks, so it is done, and its wheel is kept
 * for the layer. Errors: those of `backend` and of indexes.
 */
export async function withGit(
  planned: PlannedBuild,
  recipe: Pick<BuiltRecipe, 'name' | 'version' | 'pythonMinor'>,
  means: JobMeans,
): Promise<PlannedBuild> {
  const { origin } = planned.material;
  if (origin.kind !== 'tree' || origin.gitDirectory === undefined) return planned;
  const built = await buildWheel(await readyJob(planned, recipe.pythonMinor, means), means.ctx);
  const build: BuildRecipe = { ...planned.build, git: digestOfExchanges(built.git) };
  await keepWheel(buildId({ ...recipe, build }), built, means.ctx.store);
  return { ...planned, build };
}
