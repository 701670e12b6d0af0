import { ToolError } from '../errors/index.ts';
import type { WheelsRecipe } from '../plan/recipe.ts';
import { blobSink, checkedBytes, checkedPath, type StoredLayer } from '../store/index.ts';
import { type LayerEntry, writeLayer } from '../tar/index.ts';
import type { WheelFile } from '../wheel/index.ts';
import { fileEntries } from './files.ts';
import type { Job } from './job.ts';

/** A layer that is in the store now, and what the wheels in it install, in the order of the recipe. */
export interface Made {
  readonly layer: StoredLayer;
  readonly files: readonly (readonly WheelFile[])[];
}

/**
 * Makes one layer and puts it into the store: the same bytes in any thread, on any machine. Nothing is left behind if it fails.
 * Errors: SOURCE_CHANGED, STORE_DAMAGED, STORE_FULL, and those of wheels and Debian packages.
 */
export async function makeLayer(job: Job): Promise<Made> {
  const { entries, files } = await contentsOf(job);
  const sink = blobSink(job.store, job.temporary);
  try {
    const layer = writeLayer(entries, sink);
    const { digest } = sink.commit();
    if (digest !== layer.digest) throw new ToolError('INTERNAL', `a layer was stored as ${digest}, not ${layer.digest}`);
    return { layer, files };
  } finally {
    sink.abort();
  }
}

interface Contents {
  readonly entries: Iterable<LayerEntry>;
  readonly files: Made['files'];
}

/** Code that a thread may not need is loaded when it does. */
async function contentsOf(job: Job): Promise<Contents> {
  const { recipe } = job;
  if (recipe.kind === 'files') return { entries: fileEntries(recipe, job), files: [] };
  if (recipe.kind === 'wheels') return await wheelContents(recipe, job);
  const { assembleDebianRoot } = await import('../debian/index.ts');
  return { entries: await assembleDebianRoot(recipe, (digest) => checkedBytes(job.store, digest)), files: [] };
}

async function wheelContents(recipe: WheelsRecipe, job: Job): Promise<Contents> {
  const { installWheels, wheelFileList } = await import('../wheel/index.ts');
  const paths = new Map(recipe.wheels.map((wheel) => [wheel.sha256, checkedPath(job.store, wheel.sha256)]));
  const path = (digest: WheelsRecipe['wheels'][number]['sha256']) => paths.get(digest) ?? checkedPath(job.store, digest);
  return {
    entries: installWheels(recipe, path),
    files: recipe.wheels.map((wheel) => wheelFileList(wheel, path(wheel.sha256), recipe)),
  };
}
