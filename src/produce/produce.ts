import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Layer } from '../image/types.ts';
import type { IndexClient } from '../indexes/index.ts';
import type { BuiltRecipe, Recipe, WheelsRecipe } from '../plan/recipe.ts';
import { installsWheels } from '../plan/recipe.ts';
import type { ImagePlan, LayerPlan } from '../plan/types.ts';
import { type KnownLayer, removeLeftovers, temporaryIn } from '../store/index.ts';
import { wheelBuilder } from './builds.ts';
import { wantedMinor } from './bytecode.ts';
import { checkLayers, rememberFiles } from './collisions.ts';
import { type Interpreters, startInterpreters } from './interpreters.ts';
import { type Job, sourcesOf } from './job.ts';
import { type Made, makeLayer } from './make.ts';
import { type Supply, type SupplyOptions, supply } from './materials.ts';
import { LayerPool } from './pool.ts';

const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';

/** Work below this many bytes is done here: starting a thread would take longer. */
const smallWork = 1024 * 1024;

/** What `produceLayers` may be given beside the plan: credentials for downloads (`indexCredentials`) and Debian mirrors. */
export interface ProduceOptions extends Omit<SupplyOptions, 'ctx'> {
  /** Threads that outlive one plan, so that interpreters boot once; whoever made it closes it. */
  readonly pool?: LayerPool;
  /** Layers that lie elsewhere already, by recipe, asked for what the store lacks. They are used as they are and noted nowhere. */
  readonly elsewhere?: (lookup: LayerLookup) => Promise<ReadonlyMap<Digest, KnownLayer>>;
  /** The package indexes, for the wheels that build; without it those of the environment. */
  readonly client?: () => Promise<IndexClient>;
}

export interface LayerLookup {
  readonly missing: readonly LayerPlan[];
  /** What the store has of the same plan, by recipe. */
  readonly known: ReadonlyMap<Digest, KnownLayer>;
}

/**
 * The layers of a plan, bottom to top and without those of a registry base: from the store where the recipe is known, else from elsewhere, else
 * made now. Equal recipes are made once and equal layers appear once. Errors: those of downloads, of archives and of the store,
 * SOURCE_CHANGED, WHEEL_COLLISION.
 */
export async function produceLayers(plan: ImagePlan, ctx: Context, options: ProduceOptions = {}): Promise<Layer[]> {
  const known = new Map<Digest, KnownLayer>();
  const wanted = distinct(plan.layers);
  for (const layer of wanted) {
    const stored = await storedLayer(layer, ctx);
    if (stored !== undefined) know(layer, stored, { known, ctx, reused: true });
  }
  const lacking = (): LayerPlan[] => wanted.filter((layer) => !known.has(layer.id));
  const elsewhere = (await (lacking().length > 0 ? options.elsewhere?.({ missing: lacking(), known }) : undefined)) ?? new Map();
  for (const layer of lacking()) {
    const found = elsewhere.get(layer.id);
    if (found !== undefined) know(layer, found, { known, ctx, reused: true });
  }
  if (lacking().length > 0) await makeAll(lacking(), { plan, ctx, options, known });
  const fetch = (recipes: readonly Recipe[]) => supply(recipes, plan.materials, { ctx, ...options }).done;
  await checkLayers(plan, ctx, { fetch, elsewhere, build: wheelBuilder(plan.materials, { ctx, ...options }) });
  return listed(plan, known);
}

/** Makes some layers of a plan anew, whatever is known of them. Errors: as for `produceLayers`. */
export async function makeLayers(
  layers: readonly LayerPlan[],
  { plan, ctx, options = {} }: { readonly plan: ImagePlan; readonly ctx: Context; readonly options?: ProduceOptions },
): Promise<ReadonlyMap<Digest, KnownLayer>> {
  const known = new Map<Digest, KnownLayer>();
  await makeAll(distinct(layers), { plan, ctx, options, known });
  return known;
}

function distinct(layers: readonly LayerPlan[]): LayerPlan[] {
  return [...new Map(layers.map((layer) => [layer.id, layer])).values()];
}

/** Records of earlier versions lack what a manifest says of a layer; such a layer is made again. */
async function storedLayer({ id, recipe }: LayerPlan, { store }: Context): Promise<KnownLayer | undefined> {
  const stored = await store.layer(id);
  const isWhole = stored?.parts !== undefined && (!installsWheels(recipe) || stored.roots !== undefined);
  return isWhole ? stored : undefined;
}

interface Work {
  readonly plan: ImagePlan;
  readonly ctx: Context;
  readonly options: ProduceOptions;
  readonly known: Map<Digest, KnownLayer>;
}

async function makeAll(missing: readonly LayerPlan[], work: Work): Promise<void> {
  work.ctx.signal.throwIfAborted();
  const stop = new AbortController();
  const ctx = { ...work.ctx, signal: AbortSignal.any([work.ctx.signal, stop.signal]) };
  const recipes = missing.map((layer) => layer.recipe);
  const materials = supply(recipes, work.plan.materials, { ctx, ...work.options });
  const minors = recipes.flatMap((recipe) => wantedMinor(recipe, ctx.store.directory) ?? []);
  const pool = minors.length === 0 && isSmall(missing) ? undefined : (work.options.pool ?? new LayerPool(ctx.workers));
  const interpreters = startInterpreters(minors, { ctx, pool });
  const aborted = Promise.withResolvers<never>();
  const onAbort = () => aborted.reject(ctx.signal.reason);
  ctx.signal.addEventListener('abort', onAbort, { once: true });
  const build = wheelBuilder(work.plan.materials, { ctx, ...work.options });
  const made = missing.map((layer) => makeOne(layer, { work: { ...work, ctx }, materials, pool, interpreters, build }));
  try {
    await Promise.race([aborted.promise, Promise.all([materials.done, ...made])]);
  } catch (error) {
    stop.abort();
    throw error;
  } finally {
    ctx.signal.removeEventListener('abort', onAbort);
    if (pool !== work.options.pool || ctx.signal.aborted) await pool?.close();
    await Promise.allSettled([materials.done, ...made]);
    if (ctx.signal.aborted) await removeLeftovers(ctx.store.directory);
  }
}

interface Means {
  readonly work: Work;
  readonly materials: Supply;
  readonly pool: LayerPool | undefined;
  readonly interpreters: Interpreters;
  readonly build: (recipe: BuiltRecipe) => Promise<WheelsRecipe>;
}

async function makeOne(layer: LayerPlan, means: Means): Promise<void> {
  const { ctx, known } = means.work;
  await means.materials.ready(layer.recipe);
  const { layer: stored, files } = await madeFrom(layer, means).catch(async (error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'STORE_DAMAGED') throw error;
    // A damaged material was removed from the store when it was found, so it can be had anew.
    await supply([layer.recipe], means.work.plan.materials, { ctx, ...means.work.options }).done;
    return await madeFrom(layer, { ...means, build: wheelBuilder(means.work.plan.materials, { ctx, ...means.work.options }) });
  });
  if (installsWheels(layer.recipe)) await rememberFiles(layer.recipe, files, ctx);
  await ctx.store.putLayer(layer.id, stored);
  know(layer, stored, { known, ctx, reused: false });
}

async function madeFrom(layer: LayerPlan, { work, pool, interpreters, build }: Means): Promise<Made> {
  work.ctx.signal.throwIfAborted();
  const store = work.ctx.store.directory;
  const recipe = layer.recipe.kind === 'built' ? await build(layer.recipe) : layer.recipe;
  const sources = sourcesOf(recipe, work.plan.materials, work.ctx.store);
  const plain: Job = { recipe, store, temporary: temporaryIn(store), sources };
  const interpreter = await interpreters.get(wantedMinor(recipe, store) ?? '');
  const job = interpreter === undefined ? plain : { ...plain, interpreter };
  return pool === undefined ? await makeLayer(job) : await pool.make(job, layer.size ?? 0);
}

/** Whether all of it is files of the project with few bytes, as after a change of a source file. */
function isSmall(layers: readonly LayerPlan[]): boolean {
  let size = 0;
  for (const { recipe } of layers) {
    if (recipe.kind !== 'files') return false;
    for (const entry of recipe.entries) size += entry.type === 'file' ? entry.size + 512 : 512;
  }
  return size <= smallWork;
}

interface Finding {
  readonly known: Map<Digest, KnownLayer>;
  readonly ctx: Context;
  readonly reused: boolean;
}

function know(layer: LayerPlan, found: KnownLayer, { known, ctx, reused }: Finding): void {
  known.set(layer.id, found);
  ctx.emit({ type: 'layer', kind: layer.kind, name: namesOf(layer), digest: found.digest, size: found.size, reused });
}

/** Contents for people; a long list is cut, since it ends in the image's history. */
function namesOf(layer: LayerPlan): string {
  const shown = layer.contents.slice(0, 8);
  const rest = layer.contents.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function listed(plan: ImagePlan, known: ReadonlyMap<Digest, KnownLayer>): Layer[] {
  const layers = new Map<Digest, Layer>();
  for (const layer of plan.layers) {
    const stored = known.get(layer.id);
    if (stored === undefined || layers.has(stored.digest)) continue;
    const { digest, diffId, size, parts, roots } = stored;
    const made = { ...(parts && { splice: { kind: layer.kind, ...parts } }), ...(roots && { roots }) };
    layers.set(digest, { mediaType, digest, diffId, size, recipe: layer.id, comment: `${layer.kind}: ${namesOf(layer)}`, ...made });
  }
  return [...layers.values()];
}
