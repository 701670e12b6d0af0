import type { Context } from '../context.ts';
import { counted } from '../count.ts';
import { type Digest, isDigest } from '../digest.ts';
import { type Descriptor, ociMedia, parseSplice, recipeAnnotation, rootsAnnotation, spliceAnnotation } from '../image/index.ts';
import { parseRoots } from '../layer-roots.ts';
import { installsWheels } from '../plan/recipe.ts';
import type { ImagePlan, LayerPlan } from '../plan/types.ts';
import type { ImageConfigFile } from '../registry/index.ts';
import type { KnownLayer } from '../store/index.ts';
import { type PreviousImage, previousImages } from './previous.ts';
import { type PushTarget, targetName } from './target.ts';

/** Layers of a plan that the previous image of a target holds. */
export interface RemoteLayers {
  /** For messages: `HOST/NAME:TAG`. */
  readonly image: string;
  /** By recipe; never more than what was missing. */
  readonly layers: ReadonlyMap<Digest, KnownLayer>;
}

export interface LayerQuestion {
  readonly plan: Pick<ImagePlan, 'platform'>;
  readonly missing: readonly LayerPlan[];
  /** Layers that were made on this machine, by recipe. */
  readonly known: ReadonlyMap<Digest, KnownLayer>;
}

/**
 * What the newest image of ours under a target's tags, or `latest`, says of layers that are missing (DESIGN §4). An image that contradicts what
 * was made here is not used at all, and of the others only what is described completely. Errors: those of the registry.
 */
export async function findLayers(
  target: PushTarget,
  { plan, missing, known }: LayerQuestion,
  { emit }: Pick<Context, 'emit'>,
): Promise<RemoteLayers | undefined> {
  const note = (message: string): void => emit({ type: 'note', message });
  for await (const previous of previousImages(target, plan.platform)) {
    const image = `${targetName(target)}:${previous.tag}`;
    const named = namedLayers(previous);
    if (named.size === 0) continue;
    if (!isDistinct(named) || [...known].some(([recipe, layer]) => isOther(named.get(recipe), layer))) {
      note(`${image} is not used: it names other layers for their recipes than are made here`);
      continue;
    }
    const wanted = missing.filter(({ id }) => named.has(id));
    const config = wanted.length === 0 ? undefined : await target.remote.config(previous.manifest.config);
    if (config === undefined) return undefined;
    if (!describes(config, { previous, named })) {
      note(`${image} is not used: its configuration does not belong to its layers`);
      continue;
    }
    const layers = new Map(wanted.flatMap((layer) => asEntry(layer, remoteLayer(layer, named.get(layer.id)?.[0], config))));
    if (layers.size < wanted.length)
      note(`${image} describes ${counted(wanted.length - layers.size, 'layer')} incompletely; making what it leaves open`);
    return { image, layers };
  }
  return undefined;
}

interface Named {
  readonly descriptor: Descriptor;
  /** Place of the layer in the image. */
  readonly position: number;
}

/** Layers by recipe. */
type NamedLayers = ReadonlyMap<Digest, readonly Named[]>;

function namedLayers({ manifest }: PreviousImage): NamedLayers {
  const layers = manifest.layers.flatMap((descriptor, position) => {
    const recipe = asRecipe(descriptor.annotations?.[recipeAnnotation]);
    return recipe === undefined ? [] : [{ recipe, descriptor, position }];
  });
  return Map.groupBy(layers, ({ recipe }) => recipe);
}

/** In an image of ours a recipe stands for one layer, and a layer for one recipe. */
function isDistinct(named: NamedLayers): boolean {
  const layers = [...named.values()].flat();
  return layers.length === named.size && areDistinct(layers.map(({ descriptor }) => descriptor.digest));
}

function areDistinct(values: readonly unknown[]): boolean {
  return new Set(values).size === values.length;
}

function asRecipe(text: string | undefined): Digest | undefined {
  return text !== undefined && isDigest(text) ? text : undefined;
}

function isOther(named: readonly Named[] = [], { digest, size }: KnownLayer): boolean {
  return named.some(({ descriptor }) => descriptor.digest !== digest || descriptor.size !== size);
}

interface Described {
  readonly previous: PreviousImage;
  readonly named: NamedLayers;
}

function describes({ diffIds }: ImageConfigFile, { previous, named }: Described): boolean {
  const own = [...named.values()].flat().map(({ position }) => diffIds[position]);
  return diffIds.length === previous.manifest.layers.length && areDistinct(own);
}

/** No layer of an image comes near it. Bytes. */
const maxSize = 100 * 1024 ** 3;

function remoteLayer({ kind, recipe }: LayerPlan, named: Named | undefined, { diffIds }: ImageConfigFile): KnownLayer | undefined {
  const { mediaType, digest, size, annotations } = named?.descriptor ?? {};
  const diffId = diffIds[named?.position ?? -1];
  const splice = parseSplice(annotations?.[spliceAnnotation]);
  const roots = parseRoots(annotations?.[rootsAnnotation]);
  if (digest === undefined || size === undefined || diffId === undefined || splice?.kind !== kind) return undefined;
  if (mediaType !== ociMedia.layerGzip || size === 0 || size > maxSize || installsWheels(recipe) !== (roots !== undefined))
    return undefined;
  const { spliced, compressed } = splice;
  return { digest, diffId, size, parts: { spliced, compressed }, ...(roots && { roots }) };
}

function asEntry({ id }: LayerPlan, layer: KnownLayer | undefined): (readonly [Digest, KnownLayer])[] {
  return layer === undefined ? [] : [[id, layer]];
}
