import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { canonicalJson } from '../json.ts';
import { anywhere } from '../layer-roots.ts';
import type { WheelItem, WheelsRecipe } from '../plan/recipe.ts';
import type { ImagePlan, LayerPlan } from '../plan/types.ts';
import { checkedPath, type KnownLayer } from '../store/index.ts';
import type { OwnedFiles, WheelFile } from '../wheel/index.ts';

/** One wheel of a plan with the recipe of the layer that holds it. */
interface PlannedWheel {
  readonly item: WheelItem;
  readonly recipe: WheelsRecipe;
}

/** Remembers what the wheels of a made layer install, so that the layer can be compared with others without its wheels. */
export async function rememberFiles(recipe: WheelsRecipe, files: readonly string[], ctx: Context): Promise<void> {
  for (const [i, item] of recipe.wheels.entries()) await ctx.store.putDocument('wheel-files', wheelKey({ item, recipe }), files[i] ?? '');
}

/** What a check works with. */
export interface CheckMeans {
  /** Brings the wheels of recipes into the store. */
  readonly fetch: (recipes: readonly WheelsRecipe[]) => Promise<void>;
  /** Layers of the plan that lie elsewhere, all in one image. */
  readonly elsewhere: ReadonlyMap<Digest, KnownLayer>;
}

/**
 * Throws WHEEL_COLLISION if wheels of different layers, or a wheel and a member of the workspace, install different files at one path: the
 * upper layer would win silently. A combination is checked once. Layers that lie elsewhere were compared with each other when their image was
 * made; of these only the wheels are fetched that may have a path in common with a layer of this machine (docs/decisions/0009).
 */
export async function checkLayers(plan: ImagePlan, ctx: Context, { fetch, elsewhere }: CheckMeans): Promise<void> {
  const layers = plan.layers.flatMap(({ id, recipe }) => (recipe.kind === 'wheels' ? [{ id, recipe }] : []));
  const own = plan.layers.filter(({ kind }) => kind === 'member' || kind === 'project');
  if (layers.length + own.length < 2 || [...layers, ...own].every(({ id }) => elsewhere.has(id))) return;
  const wheels = layers.flatMap(({ recipe }) => wheelsOf(recipe));
  const key = canonicalJson([...wheels.map(wheelKey).sort(), ...own.map((layer) => layer.id)]);
  if ((await ctx.store.document('wheel-sets', key)) === true) return;
  const { checkCollisions, mayTouch, wheelFilesIn, wheelFilesOf } = await import('../wheel/index.ts');
  const ownFiles = ({ contents, recipe }: LayerPlan): OwnedFiles => ({
    owner: contents.join(', '),
    files: recipe.kind === 'files' ? wheelFilesOf(recipe.entries) : [],
  });
  const wheelFiles = async (wheel: PlannedWheel): Promise<OwnedFiles> => ({
    owner: `${wheel.item.name} ${wheel.item.version}`,
    files: wheelFilesIn(await filesOf(wheel, ctx, fetch)),
  });
  const isHere = ({ id }: { readonly id: Digest }): boolean => !elsewhere.has(id);
  const here = own.filter(isHere).map(ownFiles);
  for (const wheel of layers.filter(isHere).flatMap(({ recipe }) => wheelsOf(recipe))) here.push(await wheelFiles(wheel));
  const there = own.filter((layer) => !isHere(layer)).map(ownFiles);
  for (const { id, recipe } of layers.filter((layer) => !isHere(layer))) {
    const roots = elsewhere.get(id)?.roots ?? [anywhere];
    if (mayTouch(allFiles(here), { recipe, roots })) for (const wheel of wheelsOf(recipe)) there.push(await wheelFiles(wheel));
  }
  checkCollisions([...here, ...there]);
  // What a registry said is never the ground of a record.
  if (elsewhere.size === 0) await ctx.store.putDocument('wheel-sets', key, true);
}

function* allFiles(lists: readonly OwnedFiles[]): Generator<WheelFile> {
  for (const { files } of lists) yield* files;
}

function wheelsOf(recipe: WheelsRecipe): PlannedWheel[] {
  return recipe.wheels.map((item) => ({ item, recipe }));
}

async function filesOf(wheel: PlannedWheel, ctx: Context, fetch: (recipes: readonly WheelsRecipe[]) => Promise<void>): Promise<string> {
  const known = await ctx.store.document('wheel-files', wheelKey(wheel));
  if (typeof known === 'string') return known;
  const { wheelFileList } = await import('../wheel/index.ts');
  await fetch([wheel.recipe]);
  const files = wheelFileList(wheel.item, checkedPath(ctx.store.directory, wheel.item.sha256), wheel.recipe);
  await rememberFiles({ ...wheel.recipe, wheels: [wheel.item] }, [files], ctx);
  return files;
}

function wheelKey({ item, recipe }: PlannedWheel): string {
  return canonicalJson({ ...recipe, wheels: [item] });
}
