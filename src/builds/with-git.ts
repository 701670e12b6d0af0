import { buildWheel } from '../backend/index.ts';
import { type BuildRecipe, type BuiltRecipe, buildId } from '../plan/index.ts';
import { digestOfExchanges, jobOf } from './job.ts';
import type { PlannedBuild } from './resolve.ts';
import { readSource, type SourceMeans } from './source.ts';
import { ensureTools } from './tools.ts';

export type ScmMeans = SourceMeans & Parameters<typeof ensureTools>[1];

/**
 * The build of a tree with what git says now as part of its identity: only the build itself shows what it asks, so it is done, and its wheel is kept
 * for the layer. Errors: those of `backend` and of indexes.
 */
export async function withGit(
  { build, material }: PlannedBuild,
  recipe: Pick<BuiltRecipe, 'name' | 'version' | 'pythonMinor'>,
  means: ScmMeans,
): Promise<PlannedBuild> {
  const { label, origin } = material;
  const gitDirectory = origin.kind === 'tree' ? origin.gitDirectory : undefined;
  if (gitDirectory === undefined) return { build, material };
  const { store } = means.ctx;
  const source = await readSource({ label, source: build.source, origin }, means);
  await ensureTools(material.tools, means);
  const wheels = material.tools.map(({ sha256 }) => store.path(sha256));
  const built = await buildWheel(jobOf({ label, source, build, wheels, minor: recipe.pythonMinor, gitDirectory }), means.ctx);
  const whole: BuildRecipe = { ...build, git: digestOfExchanges(built.git) };
  const wheel = { sha256: await store.put(built.bytes), filename: built.name };
  await store.putDocument('built', buildId({ ...recipe, build: whole }), wheel);
  return { build: whole, material };
}
