import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { imagesOf, type Layer } from '../src/image/index.ts';
import { layerTar, openLayout } from '../src/sources/index.ts';
import { readTar } from '../src/tar/index.ts';
import { runWherry } from './measure.ts';
import type { PartSizes, Size } from './types.ts';

/** Which part a layer belongs to, by the kind that its history line starts with. */
const parts: Readonly<Record<string, keyof PartSizes>> = { base: 'base', venv: 'dependencies', dependencies: 'dependencies' };

/** Sizes of the layers that Wherry makes of a project. */
export async function ourSizes(project: string, store: string): Promise<PartSizes> {
  const work = await mkdtemp(join(tmpdir(), 'wherry-bench-'));
  try {
    await runWherry(['build', project, '--quiet', '--oci', join(work, 'out')], { WHERRY_CACHE_DIR: store });
    const [image] = (await openLayout(join(work, 'out'))).flatMap((opened) => imagesOf(opened.image));
    if (image === undefined) throw new Error('the layout has no image');
    const sizes = await Promise.all(image.layers.map(async (layer) => ({ part: partOf(layer), size: await sizeOf(layer, image) })));
    const sum = (part: keyof PartSizes): Size => total(sizes.filter((item) => item.part === part).map(({ size }) => size));
    return { base: sum('base'), dependencies: sum('dependencies'), app: sum('app') };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function partOf({ comment = '' }: Layer): keyof PartSizes {
  return parts[comment.split(':')[0] ?? ''] ?? 'app';
}

async function sizeOf(layer: Layer, image: Parameters<typeof layerTar>[0]): Promise<Size> {
  let unpacked = 0;
  for await (const { header } of readTar(layerTar(image, layer))) if (header.type === 'file') unpacked += header.size;
  return { unpacked, compressed: layer.size };
}

function total(sizes: readonly Size[]): Size {
  const add = (key: keyof Size): number => sizes.reduce((sum, size) => sum + size[key], 0);
  return { unpacked: add('unpacked'), compressed: add('compressed') };
}
