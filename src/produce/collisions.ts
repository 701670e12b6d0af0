import type { Context } from '../context.ts';
import { canonicalJson } from '../json.ts';
import type { WheelItem, WheelsRecipe } from '../plan/recipe.ts';
import type { ImagePlan } from '../plan/types.ts';
import { checkedPath } from '../store/index.ts';
import type { OwnedFiles, WheelFile } from '../wheel/index.ts';

/** One wheel of a plan with the recipe of the layer that holds it. */
interface PlannedWheel {
  readonly item: WheelItem;
  readonly recipe: WheelsRecipe;
}

/** Remembers what the wheels of a made layer install, so that the layer can be compared with others without its wheels. */
export async function rememberFiles(recipe: WheelsRecipe, files: readonly (readonly WheelFile[])[], ctx: Context): Promise<void> {
  for (const [i, item] of recipe.wheels.entries()) {
    const rows = (files[i] ?? []).map((file) => [file.path, file.hash ?? null, file.mode]);
    await ctx.store.putDocument('wheel-files', wheelKey({ item, recipe }), rows);
  }
}

/**
 * Throws WHEEL_COLLISION if wheels of different layers, or a wheel and a member of the workspace, install different files at one path: the
 * upper layer would win silently. A combination is checked once. `fetch` brings the wheels of recipes into the store.
 */
export async function checkLayers(
  plan: ImagePlan,
  ctx: Context,
  fetch: (recipes: readonly WheelsRecipe[]) => Promise<void>,
): Promise<void> {
  const recipes = plan.layers.flatMap((layer) => (layer.recipe.kind === 'wheels' ? [layer.recipe] : []));
  const own = plan.layers.filter(({ kind }) => kind === 'member' || kind === 'project');
  if (recipes.length + own.length < 2) return;
  const wheels = recipes.flatMap((recipe) => recipe.wheels.map((item) => ({ item, recipe })));
  const key = canonicalJson([...wheels.map(wheelKey).sort(), ...own.map((layer) => layer.id)]);
  if ((await ctx.store.document('wheel-sets', key)) === true) return;
  const { checkCollisions, wheelFilesOf } = await import('../wheel/index.ts');
  const lists: OwnedFiles[] = own.map(({ contents, recipe }) => ({
    owner: contents.join(', '),
    files: recipe.kind === 'files' ? wheelFilesOf(recipe.entries) : [],
  }));
  for (const wheel of wheels) lists.push({ owner: `${wheel.item.name} ${wheel.item.version}`, files: await filesOf(wheel, ctx, fetch) });
  checkCollisions(lists);
  await ctx.store.putDocument('wheel-sets', key, true);
}

async function filesOf(
  wheel: PlannedWheel,
  ctx: Context,
  fetch: (recipes: readonly WheelsRecipe[]) => Promise<void>,
): Promise<readonly WheelFile[]> {
  const known = await ctx.store.document('wheel-files', wheelKey(wheel));
  if (Array.isArray(known))
    return (known as [string, string | null, number][]).map(([path, hash, mode]) => ({ path, hash: hash ?? undefined, mode }));
  const { wheelFileList } = await import('../wheel/index.ts');
  await fetch([wheel.recipe]);
  const files = wheelFileList(wheel.item, checkedPath(ctx.store.directory, wheel.item.sha256), wheel.recipe);
  await rememberFiles({ ...wheel.recipe, wheels: [wheel.item] }, [files], ctx);
  return files;
}

function wheelKey({ item, recipe }: PlannedWheel): string {
  return canonicalJson({ ...recipe, wheels: [item] });
}
