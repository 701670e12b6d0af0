import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, emptyFacts, memoryBlobs, sampleImage, samplePlan } from '../../test/sampleImage.ts';
import { type Digest, digestOf } from '../digest.ts';
import { assembleImage, assembleIndex, checkImage, type Image, type ImageIndex, imagesOf, isIndex, ociMedia } from '../image/index.ts';
import { archiveSink, layoutSink } from '../sinks/index.ts';
import { openStore, type Store } from '../store/index.ts';
import {
  layerTar,
  openArchive,
  openImage,
  openLayout,
  type PlaceEntry,
  pickEntry,
  pickPlatform,
  rememberImage,
  storedPlace,
} from './index.ts';

const signal = new AbortController().signal;
const arm64 = { os: 'linux', architecture: 'arm64' } as const;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-sources-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function contents(image: Image): Promise<string[]> {
  return Promise.all(image.layers.map(async (layer) => digestOf(await collect(layerTar(image, layer)))));
}

describe.each([
  ['openLayout', layoutSink, openLayout],
  ['openArchive', archiveSink, openArchive],
])('%s', (_name, sink, open) => {
  it('reads back what the sink wrote', async () => {
    const image = await sampleImage();
    await sink(join(directory, 'out')).put(image, { references: ['example.com/site:1', 'example.com/site:2'], signal });
    const place = await open(join(directory, 'out'));
    expect(place.entries.map(({ names }) => names)).toEqual([['example.com/site:1', '1', 'example.com/site:2', '2']]);
    const [read] = imagesOf(await openImage(place));
    expect(checkImage(read as Image)).toEqual([]);
    expect(read).toMatchObject({ descriptor: image.descriptor, layers: image.layers });
    expect(await contents(read as Image)).toEqual(image.layers.map((layer) => layer.diffId));
  });

  it('reads every platform of an index', async () => {
    const index = assembleIndex([await sampleImage(), await sampleImage({ platform: arm64 })]);
    await sink(join(directory, 'out')).put(index, { references: ['site'], signal });
    const image = await openImage(await open(join(directory, 'out')), 'latest');
    expect(isIndex(image)).toBe(true);
    expect(pickPlatform(image, arm64).platform).toEqual(arm64);
  });

  it('says that nothing is there', async () => {
    await expect(open(join(directory, 'missing'))).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('fails on changed bytes of a layer', async () => {
    const image = await sampleImage();
    const out = join(directory, 'out');
    await sink(out).put(image, { references: [], signal });
    const layer = image.layers[0] as Image['layers'][0];
    const file = sink === layoutSink ? join(out, 'blobs/sha256', layer.digest.slice(7)) : out;
    const bytes = await readFile(file);
    const original = await collect(await image.blobs.open(layer));
    const at = bytes.indexOf(original) + original.length - 9;
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    await writeFile(file, bytes);
    await expect(contents((await openImage(await open(out))) as Image)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});

describe('openArchive', () => {
  it('reads the older form of docker save', async () => {
    const image = await sampleImage();
    const [layer] = image.layers as [Image['layers'][0]];
    const tar = gunzipSync(await collect(await image.blobs.open(layer)));
    const archive = pack();
    archive.entry({ name: 'abc/layer.tar' }, tar);
    archive.entry({ name: 'def/layer.tar', type: 'symlink', linkname: '../abc/layer.tar' });
    archive.entry({ name: 'c.json' }, Buffer.from(image.config));
    archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: 'c.json', RepoTags: ['site:old'], Layers: ['def/layer.tar'] }]));
    archive.finalize();
    const file = join(directory, 'old.tar');
    await writeFile(file, await collect(archive));
    const read = (await openImage(await openArchive(file), 'site:old')) as Image;
    expect(read.configDescriptor.digest).toBe(image.configDescriptor.digest);
    expect(await contents(read)).toEqual([layer.diffId]);
  });

  it.each([
    ['a compressed file', Buffer.from([0x1f, 0x8b, ...new Uint8Array(600)])],
    ['a file that ends in a header', Buffer.alloc(100, 'x')],
    ['a tar of something else', Buffer.alloc(1024)],
  ])('refuses %s', async (_name, bytes) => {
    const file = join(directory, 'x.tar');
    await writeFile(file, bytes);
    await expect(openArchive(file)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});

describe('pickEntry and pickPlatform', () => {
  const entry = (text: string, names: string[], artifactType?: string): PlaceEntry => ({
    names,
    descriptor: { mediaType: ociMedia.manifest, digest: digestOf(text), size: 1, ...(artifactType && { artifactType }) },
  });

  it('want a name where there are several images, and list them', () => {
    const entries = [entry('1', ['a']), entry('2', ['b'])];
    expect(pickEntry({ name: 'here', entries }, 'b')).toBe(entries[1]);
    expect(() => pickEntry({ name: 'here', entries })).toThrow(
      expect.objectContaining({ code: 'IMAGE_NOT_FOUND', message: 'here holds several images', details: ['it has: a, b'] }),
    );
    expect(() => pickEntry({ name: 'here', entries }, 'c')).toThrow(expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }));
  });

  it('tell an image from the signatures beside it', () => {
    const named = [entry('signature', [], 'a/b'), entry('image', ['a'])];
    expect(pickEntry({ name: 'here', entries: named })).toBe(named[1]);
    const bare = [entry('signature', [], 'a/b'), entry('image', [])];
    expect(pickEntry({ name: 'here', entries: bare })).toBe(bare[1]);
  });

  it('gives the only image whatever its platform, but none of an index without it', async () => {
    const image = await sampleImage();
    expect(pickPlatform(image, arm64)).toBe(image);
    const index = assembleIndex([image, await sampleImage({ annotations: {} })]);
    expect(() => pickPlatform(index, arm64)).toThrow(expect.objectContaining({ code: 'IMAGE_NOT_FOUND' }));
  });
});

describe('rememberImage and storedPlace', () => {
  const base = `example.com/b@${digestOf('base')}`;
  let store: Store;
  const recall = async (...given: Parameters<typeof storedPlace>): Promise<Image | ImageIndex | undefined> => {
    const place = await storedPlace(...given);
    return place && (await openImage(place));
  };
  beforeEach(async () => {
    store = await openStore({ env: {}, directory: join(directory, 'store') });
  });

  it('find the last build by name', async () => {
    const index = assembleIndex([await sampleImage(), await sampleImage({ platform: arm64 })]);
    await rememberImage(store, index);
    const read = await recall(store, 'site');
    expect(read?.descriptor.digest).toBe(index.descriptor.digest);
    expect(imagesOf(read as Image).flatMap(checkImage)).toEqual([]);
    expect(await recall(store, 'other')).toBeUndefined();
  });

  it('open layers in the store, and those of a registry base elsewhere', async () => {
    const below = await sampleImage();
    const [layer] = below.layers as [Image['layers'][0]];
    const content = { kind: 'registry', reference: 'b', digest: layer.digest, manifest: layer.digest, layers: [layer] } as const;
    const image = assembleImage({ plan: { ...samplePlan, base: { ...emptyFacts, content } }, layers: [], blobs: memoryBlobs(new Map()) });
    await rememberImage(store, image, { base });
    const asked: string[] = [];
    const read = await recall(store, 'site', (reference) => {
      asked.push(reference);
      return below.blobs;
    });
    expect(await contents(read as Image)).toEqual([layer.diffId]);
    expect(asked).toEqual([base]);
    expect((await storedPlace(store, 'site'))?.origin).toMatchObject({ registry: 'example.com', repository: 'b' });
    await expect(contents((await recall(store, 'site')) as Image)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });

  it('open layers of ours that lie in a registry from their repository', async () => {
    const image = await sampleImage();
    await rememberImage(store, image, {
      base: 'example.com/b',
      elsewhere: { repository: 'example.com/site', digests: [image.layers[0]?.digest as Digest] },
    });
    const asked: string[] = [];
    const remote = (reference: string) => ({
      open: async (blob: { digest: Digest; size: number }) => {
        asked.push(reference);
        return await image.blobs.open(blob);
      },
    });
    expect(await contents((await recall(store, 'site', remote)) as Image)).toEqual([image.layers[0]?.diffId]);
    expect(asked).toEqual(['example.com/site']);
  });
});
