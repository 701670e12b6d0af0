// Not the folder's index, which loads all that makes layers.
import { withLayerPool } from '../../produce/with-pool.ts';
import type { SinkFlags } from '../commands/build.ts';
import { type BuildFlags, buildRequest } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry build`. An interpreter that will be needed takes longest, so it starts first; what plans and makes images is loaded meanwhile. */
export async function startBuild(directory: string | undefined, flags: BuildFlags & SinkFlags, terminal: Terminal): Promise<void> {
  const ctx = await terminal.context();
  const request = buildRequest(directory, flags, terminal);
  const loaded = () => import('./build.ts');
  if (flags.dryRun === true) await (await loaded()).runBuild({ ctx, request }, flags, terminal);
  else await withLayerPool(request, ctx, async (pool) => await (await loaded()).runBuild({ ctx, request, pool }, flags, terminal));
}
