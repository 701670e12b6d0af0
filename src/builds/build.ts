import { type BuildJob, type BuiltWheel, buildWheel, getRequiresForBuildWheel } from '../backend/index.ts';
import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import type { Authorize, Locate } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import type { IndexClient } from '../indexes/index.ts';
import { compareVersions, parseRequirement, parseWheelFilename, tryParseVersion } from '../packaging/index.ts';
import { type BuildMaterial, type BuiltRecipe, buildId, type Materials, type WheelsRecipe } from '../plan/index.ts';
import type { LockedTool } from '../resolve/index.ts';
import { digestOfExchanges, readyJob } from './job.ts';
import { type KeptWheel, keepWheel, keptWheel } from './kept.ts';
import { ourWheel } from './own.ts';
import { readSource } from './source.ts';
import { isMet } from './usable.ts';

/** Builds wheels for recipes. */
export interface Builder {
  /**
   * The recipe with the wheel of its build in place of the build; the wheel is in the store, where it stays by the identity of the build.
   * Errors: those of `backend`, of sources and of indexes, WHERRY_LOCK_INCOMPLETE, SOURCE_CHANGED.
   */
  resolve(recipe: BuiltRecipe, materials: Materials): Promise<WheelsRecipe>;
}

export interface BuilderOptions {
  readonly ctx: Context;
  readonly authorize: Authorize;
  readonly locate?: Locate;
  readonly client: () => Promise<IndexClient>;
  /** Builds at once; each is a process with an interpreter. */
  readonly parallel: number;
}

/** Opens a builder; equal builds are done once. */
export function openBuilder(options: BuilderOptions): Builder {
  const running = new Map<Digest, Promise<KeptWheel>>();
  const limit = limiter(Math.max(1, options.parallel));
  return {
    resolve: async (recipe, materials) => {
      const id = buildId(recipe);
      const wheel = running.get(id) ?? limit(() => wheelOf(recipe, { id, materials, options }));
      running.set(id, wheel);
      return installed(recipe, await wheel);
    },
  };
}

function limiter(size: number): <T>(work: () => Promise<T>) => Promise<T> {
  const lanes = Array.from({ length: size }, () => Promise.resolve());
  return async (work) => {
    const lane = lanes.shift() ?? Promise.resolve();
    const result = lane.then(work);
    lanes.push(
      result.then(
        () => undefined,
        () => undefined,
      ),
    );
    return await result;
  };
}

function installed(recipe: BuiltRecipe, { sha256, filename }: KeptWheel): WheelsRecipe {
  const { format, venv, pythonMinor, bytecode, times, name, directUrl } = recipe;
  const version = lockedVersion(recipe) ?? parseWheelFilename(filename).version.text;
  const wheel = { name, version, sha256, ...(directUrl !== undefined && { directUrl }) };
  return { kind: 'wheels', format, venv, pythonMinor, bytecode, ...(times && { times }), wheels: [wheel] };
}

interface Work {
  readonly id: Digest;
  readonly materials: Materials;
  readonly options: BuilderOptions;
}

async function wheelOf(recipe: BuiltRecipe, { id, materials, options }: Work): Promise<KeptWheel> {
  const { ctx } = options;
  const known = await keptWheel(id, ctx.store);
  if (known !== undefined) return known;
  const material = materials[id];
  if (material?.kind !== 'build') throw new ToolError('INTERNAL', `the plan does not say what ${recipe.name} is built from`);
  const started = performance.now();
  ctx.emit({ type: 'progress', stage: 'produce', item: `building ${material.label}`, done: 0 });
  const built = await build(recipe, material, options);
  checkWheel(recipe, built.name, material.label);
  const wheel = await keepWheel(id, built, ctx.store);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  ctx.emit({ type: 'note', message: `built ${wheel.filename} with ${recipe.build.backend} in ${seconds} s` });
  return wheel;
}

async function build(recipe: BuiltRecipe, material: BuildMaterial, options: BuilderOptions): Promise<Pick<BuiltWheel, 'name' | 'bytes'>> {
  const { ctx } = options;
  const { label, origin, tools } = material;
  if (recipe.build.backend === 'uv_build' && recipe.build.tools.length === 0) {
    return await ourWheel(await readSource({ label, source: recipe.build.source, origin }, options), label);
  }
  const job = await readyJob({ build: recipe.build, material }, recipe.pythonMinor, options);
  const built = await buildWheel(job, ctx).catch(async (error: unknown) => {
    throw await explained(error, job, { tools, options });
  });
  if (recipe.build.git !== undefined && digestOfExchanges(built.git) !== recipe.build.git) {
    throw new ToolError('SOURCE_CHANGED', `the git repository of ${label} changed while the image was being made`, {
      hint: 'run the command again when nothing writes to the project',
    });
  }
  return built;
}

/** A backend that failed for want of something that it says it needs: wherry.lock was made for an earlier state of the project. */
async function explained(
  error: unknown,
  job: BuildJob,
  { tools, options }: { readonly tools: readonly LockedTool[]; readonly options: BuilderOptions },
): Promise<unknown> {
  if (!(error instanceof ToolError) || error.code !== 'BACKEND_FAILED') return error;
  options.ctx.signal.throwIfAborted();
  const { requirements } = await getRequiresForBuildWheel(job, options.ctx).catch(() => ({ requirements: [] }));
  const lacking = requirements.filter((text) => !isMet(parseRequirement(text), tools));
  if (lacking.length === 0) return error;
  return new ToolError('WHERRY_LOCK_INCOMPLETE', `wherry.lock lacks what the build of ${job.label} needs: ${lacking.join(', ')}`, {
    hint: 'run wherry lock --update, and commit wherry.lock',
    cause: error,
  });
}

/** A tree of this machine has the version that it says itself: whether the lock may be older than that was asked before. */
function lockedVersion({ version, build }: BuiltRecipe): string | undefined {
  return build.source.kind === 'tree' ? undefined : version;
}

/** A wheel of another package or version than the lock has must not be installed under its name; the local part of a version is the build's own. */
function checkWheel(recipe: BuiltRecipe, filename: string, label: string): void {
  const { name } = recipe;
  const version = lockedVersion(recipe);
  const found = parseWheelFilename(filename);
  const isPure = found.tags.every((tag) => tag.endsWith('-none-any'));
  if (!isPure) {
    throw new ToolError('BACKEND_PLATFORM', `${label} builds ${filename}, which is for one platform`, {
      hint: 'give the package as a wheel for the platform of the image',
    });
  }
  const wanted = version === undefined ? undefined : tryParseVersion(version);
  const isSame = wanted === undefined || compareVersions(found.version, wanted) === 0;
  if (found.name === name && isSame) return;
  throw new ToolError(
    'LOCK_STALE',
    `${label} builds ${found.name} ${found.version.text}, and uv.lock has ${name} ${version ?? ''}`.trimEnd(),
    {
      hint: 'run uv lock',
    },
  );
}
