import type { Context } from '../context.ts';
import { counted } from '../count.ts';
import type { Digest } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import { anywhere } from '../layer-roots.ts';
import { packageLabel } from '../package-label.ts';
import { type BuiltRecipe, installsWheels, type WheelItem, type WheelsRecipe } from '../plan/recipe.ts';
import type { ImagePlan, LayerPlan } from '../plan/types.ts';
import { checkedPath, type KnownLayer } from '../store/index.ts';
import type { Collision, OwnedFiles, WheelFile } from '../wheel/index.ts';

/** One wheel of a plan with the recipe of the layer that holds it; of a package that is built there is no item yet. */
type PlannedWheel =
  | { readonly recipe: WheelsRecipe; readonly item: WheelItem }
  | { readonly recipe: BuiltRecipe; readonly item: undefined };

/** Remembers what the wheels of a made layer install, so that the layer can be compared with others without its wheels. */
export async function rememberFiles(recipe: WheelsRecipe | BuiltRecipe, files: readonly string[], ctx: Context): Promise<void> {
  for (const [i, wheel] of wheelsOf(recipe).entries()) await ctx.store.putDocument('wheel-files', wheelKey(wheel), files[i] ?? '');
}

/** What a check works with. */
export interface CheckMeans {
  /** Brings the wheels of recipes into the store. */
  readonly fetch: (recipes: readonly WheelsRecipe[]) => Promise<void>;
  /** Gives the recipe of a package's built wheel, which is in the store then. */
  readonly build: (recipe: BuiltRecipe) => Promise<WheelsRecipe>;
  /** Layers of the plan that lie elsewhere, all in one image. */
  readonly elsewhere: ReadonlyMap<Digest, KnownLayer>;
}

/**
 * Throws WHEEL_COLLISION if two wheels, or a wheel and a member of the workspace, install different files at one path: the one that is installed
 * last, in the upper layer, would win silently. With `collisions = "last"` it may, and a warning says so. A combination is checked once. Layers
 * that lie elsewhere were compared with each other when their image was made; of these only the wheels are fetched that may have a path in common with a layer of this machine (docs/decisions/0009).
 */
export async function checkLayers(plan: ImagePlan, ctx: Context, means: CheckMeans): Promise<void> {
  const { elsewhere } = means;
  const layers = plan.layers.flatMap(({ id, recipe }) => (installsWheels(recipe) ? [{ id, recipe }] : []));
  const own = plan.layers.filter(({ kind, recipe }) => (kind === 'member' || kind === 'project') && !installsWheels(recipe));
  const wheels = layers.flatMap(({ recipe }) => wheelsOf(recipe));
  if (wheels.length + own.length < 2 || [...layers, ...own].every(({ id }) => elsewhere.has(id))) return;
  const key = canonicalJson([...wheels.map(wheelKey).sort(), ...own.map((layer) => layer.id)]);
  if ((await ctx.store.document('wheel-sets', key)) === true) return;
  const { findCollisions, mayTouch, wheelFilesIn, wheelFilesOf } = await import('../wheel/index.ts');
  const ownFiles = ({ contents, recipe }: LayerPlan): OwnedFiles => ({
    owner: contents.join(', '),
    files: recipe.kind === 'files' ? wheelFilesOf(recipe.entries) : [],
  });
  const wheelFiles = async (wheel: PlannedWheel): Promise<OwnedFiles> => ({
    owner: packageLabel(wheel.item ?? wheel.recipe),
    files: wheelFilesIn(await filesOf(wheel, ctx, means)),
  });
  const isHere = ({ id }: { readonly id: Digest }): boolean => !elsewhere.has(id);
  const here = own.filter(isHere).map(ownFiles);
  for (const wheel of layers.filter(isHere).flatMap(({ recipe }) => wheelsOf(recipe))) here.push(await wheelFiles(wheel));
  const there = own.filter((layer) => !isHere(layer)).map(ownFiles);
  for (const { id, recipe } of layers.filter((layer) => !isHere(layer))) {
    const roots = elsewhere.get(id)?.roots ?? [anywhere];
    if (mayTouch(allFiles(here), { recipe, roots })) for (const wheel of wheelsOf(recipe)) there.push(await wheelFiles(wheel));
  }
  const { count, first } = findCollisions([...here, ...there]);
  if (first !== undefined) return await judge(first, { others: count - 1, plan, ctx });
  // What a registry said is never the ground of a record.
  if (elsewhere.size === 0) await ctx.store.putDocument('wheel-sets', key, true);
}

interface Judged {
  /** Number of further paths. */
  readonly others: number;
  readonly plan: ImagePlan;
  readonly ctx: Context;
}

/** What the plan lets pass is said in every build. */
async function judge(first: Collision, { others, plan, ctx }: Judged): Promise<void> {
  const { collision } = await import('../wheel/index.ts');
  if (plan.collisions !== 'last') throw collision(first, '; or set collisions = "last": then the file that is installed last stays');
  const more = others > 0 ? ` (and at ${counted(others, 'more path')})` : '';
  ctx.emit({ type: 'warning', message: `${collision(first).message}${more}: what is installed last stays` });
}

function* allFiles(lists: readonly OwnedFiles[]): Generator<WheelFile> {
  for (const { files } of lists) yield* files;
}

function wheelsOf(recipe: WheelsRecipe | BuiltRecipe): PlannedWheel[] {
  return recipe.kind === 'built' ? [{ recipe, item: undefined }] : recipe.wheels.map((item) => ({ item, recipe }));
}

async function filesOf(wheel: PlannedWheel, ctx: Context, { fetch, build }: Pick<CheckMeans, 'fetch' | 'build'>): Promise<string> {
  const known = await ctx.store.document('wheel-files', wheelKey(wheel));
  if (typeof known === 'string') return known;
  const { wheelFileList } = await import('../wheel/index.ts');
  const recipe = wheel.recipe.kind === 'built' ? await build(wheel.recipe) : wheel.recipe;
  const item = wheel.item ?? recipe.wheels[0];
  if (item === undefined) throw new TypeError('a built recipe has one wheel');
  if (wheel.recipe.kind === 'wheels') await fetch([wheel.recipe]);
  const files = wheelFileList(item, checkedPath(ctx.store.directory, item.sha256), recipe);
  await ctx.store.putDocument('wheel-files', wheelKey(wheel), files);
  return files;
}

function wheelKey({ item, recipe }: PlannedWheel): string {
  return canonicalJson(recipe.kind === 'built' ? recipe : { ...recipe, wheels: [item] });
}
