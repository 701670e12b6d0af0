import { randomInt } from 'node:crypto';
import type { Context } from './context.ts';
import { counted } from './count.ts';
import type { Digest } from './digest.ts';
import { ToolError } from './errors/index.ts';
import type { BlobSource } from './image/index.ts';
import type { ImagePlan, LayerPlan } from './plan/index.ts';
import type { LayerLookup } from './produce/index.ts';
import type { Registry } from './registry/index.ts';
import { findLayers, type PushTarget, type RemoteLayers, targetName } from './remote/index.ts';
import type { KnownLayer } from './store/index.ts';

/** Lets the previous image in a registry stand in for layers that the store lacks (DESIGN §4). */
export interface RemoteCache {
  /** `HOST/NAME`. */
  readonly repository: string;
  /** Starts the work for one plan; nothing is sent before something is asked for. */
  forPlan(input: PlanCacheInput): PlanCache;
}

export interface RemoteSource {
  readonly target: PushTarget;
  readonly registry: Pick<Registry, 'hasBlob' | 'openBlob'>;
  /** Ask for every layer, and make a sample of them to compare. */
  readonly verify: boolean;
}

/** Makes layers of a plan here, by recipe. */
export type MakeLayers = (layers: readonly LayerPlan[]) => Promise<ReadonlyMap<Digest, KnownLayer>>;

/** The cache while one plan is built. */
export interface PlanCache {
  /** For `produceLayers`. */
  elsewhere(lookup: LayerLookup): Promise<ReadonlyMap<Digest, KnownLayer>>;
  /** Opens the layers that were found, and all others from `others`. */
  blobs(others: BlobSource): BlobSource;
  /** Digests of the layers that were found. */
  used(): Iterable<Digest>;
}

export interface PlanCacheInput {
  readonly plan: ImagePlan;
  readonly ctx: Context;
  readonly make: MakeLayers;
}

/** A cache over the image that a target's tags name. Errors of what it gives: REMOTE_LAYER_WRONG, those of the registry, of the store and of making layers. */
export function remoteCache(source: RemoteSource): RemoteCache {
  return { repository: targetName(source.target), forPlan: (input) => planCache(source, input) };
}

function planCache(source: RemoteSource, { plan, ctx, make }: PlanCacheInput): PlanCache {
  const found = new Map<Digest, LayerPlan>();
  const brought = new Map<Digest, Promise<void>>();
  const bring = (digest: Digest, size: number): Promise<void> => {
    const layer = found.get(digest);
    const known = brought.get(digest);
    if (known !== undefined || layer === undefined) return known ?? Promise.resolve();
    const bringing = bringLayer({ source, ctx, make }, { layer, digest, size });
    brought.set(digest, bringing);
    return bringing;
  };
  return {
    elsewhere: async ({ missing, known }) => {
      const question = { plan, missing, known };
      const remote = await findLayers(source.target, question, ctx);
      if (remote === undefined) return new Map();
      const layers = source.verify ? await verifyLayers(remote, { source, ctx, make, missing }) : remote.layers;
      for (const layer of missing) {
        const digest = layers.get(layer.id)?.digest;
        if (digest !== undefined) found.set(digest, layer);
      }
      if (layers.size > 0) ctx.emit({ type: 'note', message: `taking ${counted(layers.size, 'layer')} from the image ${remote.image}` });
      return layers;
    },
    blobs: (others) => ({
      open: async (blob) => {
        await bring(blob.digest, blob.size);
        return await others.open(blob);
      },
    }),
    used: () => found.keys(),
  };
}

interface Means {
  readonly source: RemoteSource;
  readonly ctx: Context;
  readonly make: MakeLayers;
}

interface Wanted {
  readonly layer: LayerPlan;
  readonly digest: Digest;
  readonly size: number;
}

/** Brings a layer's bytes into the store, under their digest alone: from the registry, or made here where it has lost or damaged them. */
async function bringLayer({ source, ctx, make }: Means, { layer, digest, size }: Wanted): Promise<void> {
  if ((await ctx.store.has(digest)) !== undefined) return;
  try {
    await download({ source, ctx }, { digest, size });
  } catch (error) {
    if (!(error instanceof ToolError) || !lost.includes(error.code)) throw error;
    ctx.emit({ type: 'note', message: `${targetName(source.target)} has no intact copy of ${layer.contents.join(', ')}; it is made here` });
    const made = (await make([layer])).get(layer.id);
    if (made?.digest !== digest) throw wrongLayer(source.target, layer, [`it names ${digest}`, `made here: ${made?.digest}`]);
  }
}

/** Errors of a blob that is not there or not intact. */
const lost: readonly ToolError['code'][] = ['REGISTRY_NOT_FOUND', 'REGISTRY_DENIED', 'REGISTRY_PROTOCOL', 'BLOB_HASH'];

async function download({ source, ctx }: Omit<Means, 'make'>, blob: { readonly digest: Digest; readonly size: number }): Promise<void> {
  const writer = await ctx.store.writer();
  try {
    for await (const chunk of await source.registry.openBlob(source.target.remote.repository, blob))
      await writer.write(chunk as Uint8Array);
    await writer.commit(blob.digest);
  } finally {
    await writer.abort();
  }
}

/**
 * Looks for every layer in the registry, drops those that are gone, and makes a sample here to compare: the two smallest and one of the others,
 * by chance. Throws REMOTE_LAYER_WRONG if one differs in digest, DiffID or size.
 */
async function verifyLayers(
  { layers }: RemoteLayers,
  { source, ctx, make, missing }: Means & { readonly missing: readonly LayerPlan[] },
): Promise<RemoteLayers['layers']> {
  const { repository } = source.target.remote;
  const present = new Map<Digest, KnownLayer>();
  await Promise.all(
    [...layers].map(async ([recipe, layer]) => {
      if (await source.registry.hasBlob(repository, layer.digest)) present.set(recipe, layer);
    }),
  );
  const gone = layers.size - present.size;
  if (gone > 0)
    ctx.emit({
      type: 'note',
      message: `${targetName(source.target)} has lost ${counted(gone, 'layer')} of its image; making what is lost`,
    });
  const bySize = missing.filter(({ id }) => present.has(id)).toSorted((a, b) => sizeOf(present, a) - sizeOf(present, b));
  const [first, second, ...others] = bySize;
  const sample = [first, second, others[others.length === 0 ? 0 : randomInt(others.length)]].filter((layer) => layer !== undefined);
  const made = sample.length === 0 ? new Map<Digest, KnownLayer>() : await make(sample);
  for (const layer of sample) {
    const differences = differencesOf(present.get(layer.id), made.get(layer.id));
    if (differences.length > 0) throw wrongLayer(source.target, layer, differences);
  }
  return present;
}

function sizeOf(layers: RemoteLayers['layers'], { id }: LayerPlan): number {
  return layers.get(id)?.size ?? 0;
}

function differencesOf(named: KnownLayer | undefined, made: KnownLayer | undefined): string[] {
  return (['digest', 'diffId', 'size'] as const)
    .filter((key) => named?.[key] !== made?.[key])
    .map((key) => `${key}: it names ${named?.[key]}, made here: ${made?.[key]}`);
}

function wrongLayer(target: PushTarget, { contents }: LayerPlan, details: readonly string[]): ToolError {
  return new ToolError('REMOTE_LAYER_WRONG', `the image in ${targetName(target)} names a wrong layer for ${contents.join(', ')}`, {
    details,
    hint: 'build with --no-remote, which makes every layer here, and find out who else writes to the repository',
  });
}
