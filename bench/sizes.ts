import { gzipSync } from 'node:zlib';
import { type Image, imagesOf, type Layer } from '../src/image/index.ts';
import { layerTar, openImage, openLayout } from '../src/sources/index.ts';
import { readTar } from '../src/tar/index.ts';
import type { PartSizes, Size } from './types.ts';

const environment = 'app/.venv/';

/** The one image of a layout; BuildKit's attestations are none. */
export async function imageIn(layout: string): Promise<Image> {
  const [image] = imagesOf(await openImage(await openLayout(layout)));
  if (image === undefined) throw new Error(`${layout} has no image`);
  return image;
}

/** The layers that came from the base: its own have no recipe, the assembled one says it in the history. */
function isOurBase({ recipe, comment = '' }: Layer): boolean {
  return recipe === undefined || comment.startsWith('base');
}

/** Sizes of an image that Wherry made. */
export async function ourSizes(layout: string): Promise<PartSizes> {
  return await sizesOf(await imageIn(layout), isOurBase);
}

/** Sizes of the Dockerfile's image; its base has one layer. */
export async function peerSizes(layout: string): Promise<PartSizes> {
  return await sizesOf(await imageIn(layout), (_, index) => index === 0);
}

/** Whether bytecode lies in the virtual environment. */
export async function hasBytecode(layout: string): Promise<boolean> {
  const image = await imageIn(layout);
  for (const layer of image.layers.filter((each) => !isOurBase(each))) {
    for await (const { header } of readTar(layerTar(image, layer))) {
      if (header.type === 'file' && header.path.startsWith(environment) && header.path.endsWith('.pyc')) return true;
    }
  }
  return false;
}

async function sizesOf(image: Image, isBase: (layer: Layer, index: number) => boolean): Promise<PartSizes> {
  const parts = await Promise.all(
    image.layers.map(async (layer, index): Promise<Partial<PartSizes>> => {
      const { inside, outside, text } = await contents(image, layer);
      if (isBase(layer, index)) return { base: { unpacked: inside + outside, compressed: layer.size } };
      const rest = inside === 0 ? layer.size : outside === 0 ? 0 : gzipSync(Buffer.concat(text)).length;
      return { dependencies: { unpacked: inside, compressed: layer.size - rest }, app: { unpacked: outside, compressed: rest } };
    }),
  );
  const sum = (part: keyof PartSizes): Size => total(parts.flatMap((sizes) => sizes[part] ?? []));
  return { base: sum('base'), dependencies: sum('dependencies'), app: sum('app') };
}

/** Bytes of the files inside and outside the virtual environment, and those outside themselves: few, beside an environment. */
async function contents(image: Image, layer: Layer): Promise<{ inside: number; outside: number; text: Uint8Array[] }> {
  const found = { inside: 0, outside: 0, text: [] as Uint8Array[] };
  for await (const { header, content } of readTar(layerTar(image, layer))) {
    if (header.type !== 'file') continue;
    if (header.path.startsWith(environment)) {
      found.inside += header.size;
      continue;
    }
    found.outside += header.size;
    if (header.size < 1e6) for await (const chunk of content) found.text.push(Buffer.from(chunk));
  }
  return found;
}

/** Sums of some sizes. */
export function total(sizes: readonly Size[]): Size {
  const add = (key: keyof Size): number => sizes.reduce((sum, size) => sum + size[key], 0);
  return { unpacked: add('unpacked'), compressed: add('compressed') };
}
