import type { Context } from '../context.ts';
import { type Authorize, indexCredentials, type Locate, packageIndexes } from '../download/index.ts';
import type { IndexClient } from '../indexes/index.ts';
import type { BuiltRecipe, WheelsRecipe } from '../plan/recipe.ts';
import type { Materials } from '../plan/types.ts';

/** Each is a process with an interpreter, which takes a core and some 200 MB. */
const parallel = 2;

export interface BuilderMeans {
  readonly ctx: Context;
  readonly authorize?: Authorize;
  readonly locate?: Locate;
  readonly client?: () => Promise<IndexClient>;
}

/** Gives recipes with built wheels in place of builds. What builds is loaded for the first one: most images need nothing built. */
export function wheelBuilder(
  materials: Materials,
  { ctx, authorize, locate, client }: BuilderMeans,
): (recipe: BuiltRecipe) => Promise<WheelsRecipe> {
  let opened: Promise<{ resolve(recipe: BuiltRecipe, materials: Materials): Promise<WheelsRecipe> }> | undefined;
  return async (recipe) => {
    opened ??= Promise.all([import('../builds/index.ts'), import('../indexes/index.ts')]).then(([{ openBuilder }, { openIndexes }]) => {
      const credentials = authorize ?? indexCredentials({ env: ctx.env, indexes: packageIndexes({}, ctx.env) });
      const none = async () => openIndexes({ places: [], ctx, authorize: credentials });
      return openBuilder({
        ctx,
        authorize: credentials,
        ...(locate && { locate }),
        client: client ?? none,
        parallel: Math.min(parallel, ctx.workers),
      });
    });
    return await (await opened).resolve(recipe, materials);
  };
}
