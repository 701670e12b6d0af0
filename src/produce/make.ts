import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { blobSink, checkedBytes, checkedPath, type StoredLayer } from '../store/index.ts';
import { type LayerEntry, writeLayer } from '../tar/index.ts';
import { fileEntries } from './files.ts';
import type { Job } from './job.ts';

/**
 * Makes one layer and puts it into the store: the same bytes in any thread, on any machine. Nothing is left behind if it fails.
 * Errors: SOURCE_CHANGED, STORE_DAMAGED, STORE_FULL, and those of wheels and Debian packages.
 */
export async function makeLayer(job: Job): Promise<StoredLayer> {
  const entries = await entriesOf(job);
  const sink = blobSink(job.store, job.temporary);
  try {
    const layer = writeLayer(entries, sink);
    const { digest } = sink.commit();
    if (digest !== layer.digest) throw new ToolError('INTERNAL', `a layer was stored as ${digest}, not ${layer.digest}`);
    return layer;
  } finally {
    sink.abort();
  }
}

async function entriesOf(job: Job): Promise<Iterable<LayerEntry>> {
  const { recipe } = job;
  if (recipe.kind === 'files') return fileEntries(recipe, job);
  throw new ToolError('INTERNAL', `no layers of kind ${recipe.kind} can be made yet`);
}

/** Path and bytes of materials in the store, verified each time a layer asks for them. */
export function materialsOf(job: Job): { path(digest: Digest): string; bytes(digest: Digest): Uint8Array } {
  return { path: (digest) => checkedPath(job.store, digest), bytes: (digest) => checkedBytes(job.store, digest) };
}
