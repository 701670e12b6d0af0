import type { Image } from '../image/index.ts';
import type { Store } from '../store/index.ts';

/** An image that was loaded into an engine; whether it is still there, only the engine knows. */
export interface Load {
  readonly config: string;
  readonly manifest: string;
  readonly layers: readonly string[];
}

/** So many are remembered of each engine: one for each image of a project, and some of other projects with the same base. */
const most = 8;

/** What was loaded into an engine last, newest first (document kind `loads`). */
export async function recallLoads(store: Store, place: string): Promise<readonly Load[]> {
  const { version, loads } = ((await store.document('loads', place)) ?? {}) as { version?: number; loads?: readonly Load[] };
  return version === 1 && Array.isArray(loads) ? loads : [];
}

/** A load that another process remembers at the same moment may be lost: the next one then sends more than it had to. */
export async function rememberLoad(store: Store, place: string, image: Image): Promise<void> {
  const layers = image.layers.map((layer) => layer.digest);
  const own: Load = { config: image.configDescriptor.digest, manifest: image.descriptor.digest, layers };
  const others = (await recallLoads(store, place)).filter(({ manifest }) => manifest !== own.manifest);
  await store.putDocument('loads', place, { version: 1, loads: [own, ...others].slice(0, most) });
}
