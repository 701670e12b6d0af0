import type { DiffId, Digest } from '../digest.ts';
import type { Image, Layer } from '../image/index.ts';
import { layerTar } from '../sources/index.ts';
import type { Store } from '../store/index.ts';
import { type LayerMaking, makingOf } from './making.ts';
import { type ImageFile, walkImage } from './walk.ts';

/** One layer as `inspect --layers` shows it. */
export interface LayerLine {
  readonly digest: Digest;
  readonly diffId: DiffId;
  readonly mediaType: string;
  /** Bytes, compressed. */
  readonly size: number;
  /** Bytes of the tar. */
  readonly tarSize: number;
  /** Recipe of a layer of ours; undefined for a base's own. */
  readonly recipe: Digest | undefined;
  readonly comment: string;
  readonly making: LayerMaking;
}

/** Every path of the final file system, sorted. Reads all layers; errors as in `walkImage`. */
export async function listFiles(image: Image): Promise<readonly ImageFile[]> {
  const { files } = await walkImage(image, () => 0);
  return [...files.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The layers bottom to top. Sizes of tars come from the store where it knows them, else from reading the layer. */
export async function listLayers(image: Image, store?: Pick<Store, 'layer'>): Promise<readonly LayerLine[]> {
  const lines: LayerLine[] = [];
  for (const layer of image.layers) {
    const { digest, diffId, mediaType, size, recipe, comment = '' } = layer;
    const tarSize = (await knownSize(layer, store)) ?? (await readSize(image, layer));
    lines.push({ digest, diffId, mediaType, size, tarSize, recipe, comment, making: makingOf(image, layer) });
  }
  return lines;
}

async function knownSize(layer: Layer, store: Pick<Store, 'layer'> | undefined): Promise<number | undefined> {
  if (layer.recipe === undefined) return undefined;
  const known = await store?.layer(layer.recipe);
  return known?.diffId === layer.diffId ? known.tarSize : undefined;
}

async function readSize(image: Image, layer: Layer): Promise<number> {
  let size = 0;
  for await (const chunk of layerTar(image, layer)) size += chunk.length;
  return size;
}
