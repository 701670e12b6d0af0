import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeRegistry, fakeRegistry } from '../../test/fakeRegistry.ts';
import { type Blobs, memoryBlobs, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import { type Digest, digestOf } from '../digest.ts';
import type { WherryEvent } from '../events.ts';
import { assembleImage, type Image, type Layer } from '../image/index.ts';
import type { LayerPlan } from '../plan/types.ts';
import type { KnownLayer } from '../store/index.ts';
import { findLayers, type RemoteLayers, remoteRepositories, targetsOf } from './index.ts';

let registry: FakeRegistry;
let notes: string[];
let image: Image;
let wheels: Layer;
let files: Layer;
beforeEach(async () => {
  registry = fakeRegistry();
  notes = [];
  const blobs: Blobs = new Map();
  const splice = { spliced: { files: 0, bytes: 0 }, compressed: { files: 1, bytes: 5 } };
  wheels = await sampleLayer(blobs, [{ name: 'a', text: 'wheel' }], { splice: { kind: 'dependencies', ...splice }, roots: ['a'] });
  files = await sampleLayer(blobs, [{ name: 'b', text: 'file' }], { splice: { kind: 'app', ...splice } });
  image = assembleImage({ plan: samplePlan, layers: [wheels, files], blobs: memoryBlobs(blobs) });
});

const planOf = (kind: 'dependencies' | 'app', { recipe }: Layer): LayerPlan =>
  ({ kind, id: recipe as Digest, recipe: { kind: kind === 'app' ? 'files' : 'wheels' }, contents: [kind] }) as unknown as LayerPlan;
const missing = (): LayerPlan[] => [planOf('dependencies', wheels), planOf('app', files)];

/** Lays the image into the registry, with its manifest and configuration changed. */
function have(
  change: { readonly manifest?: (text: string) => string; readonly config?: (text: string) => string; readonly tag?: string } = {},
): void {
  const { manifest = (text) => text, config = (text) => text, tag = 'latest' } = change;
  const configBytes = Buffer.from(config(Buffer.from(image.config).toString()));
  const named = Buffer.from(image.manifest).toString().replace(image.configDescriptor.digest, digestOf(configBytes));
  const bytes = Buffer.from(manifest(named));
  for (const key of [`app:${tag}`, `app@${digestOf(bytes)}`]) registry.manifests.set(key, { mediaType: image.descriptor.mediaType, bytes });
  registry.blobs.set(`app@${digestOf(configBytes)}`, configBytes);
}

function loseConfig(): void {
  have();
  registry.blobs.clear();
}

async function find(known: ReadonlyMap<Digest, KnownLayer> = new Map(), wanted = missing()): Promise<RemoteLayers | undefined> {
  const [target] = targetsOf(['reg.example/app:latest'], remoteRepositories(registry));
  const emit = (event: WherryEvent): void => void (event.type === 'note' && notes.push(event.message));
  return await findLayers(target as never, { plan: samplePlan, missing: wanted, known }, { emit });
}

const found = async (): Promise<unknown[]> => [...((await find())?.layers.keys() ?? [])];

describe('findLayers', () => {
  it('gives what the previous image says of missing layers', async () => {
    have();
    const { digest, diffId, size, roots } = wheels;
    const parts = { spliced: { files: 0, bytes: 0 }, compressed: { files: 1, bytes: 5 } };
    const remote = await find();
    expect(remote?.image).toBe('reg.example/app:latest');
    expect(remote?.layers).toEqual(
      new Map([
        [wheels.recipe, { digest, diffId, size, parts, roots }],
        [files.recipe, { digest: files.digest, diffId: files.diffId, size: files.size, parts }],
      ]),
    );
    expect(notes).toEqual([]);
  });

  it('reads no configuration if the image has nothing that is missing', async () => {
    have();
    expect(await find(new Map(), [planOf('app', { ...files, recipe: digestOf('other') })])).toBeUndefined();
    expect(registry.log.filter((line) => line.startsWith('GET'))).toHaveLength(1);
  });

  it('takes layers from an image of another platform: a recipe stands for the same layer on both', async () => {
    have({ config: (text) => text.replace('amd64', 'arm64') });
    expect(await found()).toEqual([wheels.recipe, files.recipe]);
  });

  it('has nothing where there is no image, or none of ours', async () => {
    expect(await find()).toBeUndefined();
    have({ manifest: (text) => text.replaceAll('dev.wherry.recipe', 'dev.other.recipe') });
    expect(await find()).toBeUndefined();
    expect(notes).toEqual([]);
  });

  it('does not use an image that contradicts a layer made here', async () => {
    have();
    const { digest, diffId, size } = files;
    const known = (layer: KnownLayer) => new Map([[files.recipe as Digest, layer]]);
    const wanted = [planOf('dependencies', wheels)];
    expect((await find(known({ digest, diffId, size }), wanted))?.layers.size).toBe(1);
    expect(await find(known({ digest: digestOf('other'), diffId, size }), wanted)).toBeUndefined();
    expect(notes).toEqual([expect.stringContaining('names other layers for their recipes')]);
  });

  it.each<[string, (text: string) => string]>([
    [
      'one recipe for two layers',
      (text) => text.replace(`"dev.wherry.recipe":"${files.recipe}"`, `"dev.wherry.recipe":"${wheels.recipe}"`),
    ],
    ['one layer for two recipes', (text) => text.replace(`"digest":"${files.digest}"`, `"digest":"${wheels.digest}"`)],
  ])('does not use an image that has %s', async (_, manifest) => {
    have({ manifest });
    expect(await found()).toEqual([]);
    expect(notes).toHaveLength(1);
  });

  it.each<[string, (text: string) => string]>([
    ['fewer DiffIDs', (text) => text.replace(/"diff_ids":\["[^"]+",/, '"diff_ids":[')],
    ['one DiffID for two layers', (text) => text.replace(files.diffId, wheels.diffId)],
  ])('does not use an image whose configuration has %s', async (_, config) => {
    have({ config });
    expect(await found()).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('its configuration does not belong')]);
  });

  it.each<[string, (text: string) => string]>([
    ['no splice annotation', (text) => text.replaceAll('dev.wherry.splice', 'dev.other')],
    ['another kind of layer', (text) => text.replaceAll('"dependencies 1:5"', '"app 1:5"').replaceAll('"app 1:5"', '"venv 1:5"')],
    ['a layer that is not gzip', (text) => text.replaceAll('layer.v1.tar+gzip', 'layer.v1.tar')],
    ['a layer of no bytes', (text) => text.replaceAll(/"size":\d+\}/g, '"size":0}')],
  ])('leaves out layers that are described with %s', async (_, manifest) => {
    have({ manifest });
    expect(await found()).toEqual([]);
    expect(notes).toEqual([expect.stringContaining('describes 2 layers incompletely')]);
  });

  it.each([
    ['without roots', /"dev.wherry.roots":"a",/],
    ['with odd roots', /"a"/],
  ])('leaves out wheels %s', async (_, pattern) => {
    have({ manifest: (text) => text.replace(pattern, pattern.source === '"a"' ? '"../a"' : '') });
    expect(await found()).toEqual([files.recipe]);
  });

  it.each<[string, () => void]>([
    ['is no JSON', () => have({ manifest: (text) => text.slice(1) })],
    ['has digests of another kind', () => have({ manifest: (text) => text.replaceAll('"sha256:', '"sha1:') })],
    ['has lost its configuration', loseConfig],
    ['has a configuration that is none', () => have({ config: () => '[]' })],
    ['has DiffIDs that are none', () => have({ config: (text) => text.replace(wheels.diffId, 'sha256:0') })],
  ])('does not care for an image that %s', async (_, lay) => {
    lay();
    expect(await found()).toEqual([]);
  });

  it('takes Docker’s media types for what they are', async () => {
    have({
      manifest: (text) =>
        text.replaceAll('application/vnd.oci.image.layer.v1.tar+gzip', 'application/vnd.docker.image.rootfs.diff.tar.gzip'),
    });
    expect((await find())?.layers.size).toBe(2);
  });
});
