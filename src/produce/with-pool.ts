import type { Context } from '../context.ts';
import type { ImagePlan } from '../plan/types.ts';
import { removeLeftovers } from '../store/index.ts';
import { foresee, noteSources } from './foresight.ts';
import { LayerPool } from './pool.ts';

/**
 * Runs `work`, which plans and builds images and returns their plans, with threads that live as long as it does. If sources of the project look
 * changed since the last time, their interpreter starts while everything is still being planned.
 */
export async function withLayerPool(
  { directory }: { readonly directory: string },
  ctx: Context,
  work: (pool: LayerPool) => Promise<readonly ImagePlan[]>,
): Promise<void> {
  const pool = new LayerPool(ctx.workers);
  try {
    await foresee(directory, { ctx, pool });
    await noteSources(directory, await work(pool), ctx);
  } finally {
    await pool.close();
    await removeLeftovers(ctx.store.directory);
  }
}
