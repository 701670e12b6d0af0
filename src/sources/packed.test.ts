import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Blobs, collect, memoryBlobs } from '../../test/sampleImage.ts';
import { digestOf } from '../digest.ts';
import type { WherryEvent } from '../events.ts';
import { type Descriptor, dockerMedia, ociMedia, parseManifest } from '../image/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { type ImagePlace, packLayers } from './index.ts';
import { blobReader } from './small.ts';

let directory: string;
let store: Store;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-packed-'));
  store = await openStore({ env: {}, directory });
});
afterEach(() => rm(directory, { recursive: true }));

const tar = Buffer.from('the tar of a layer '.repeat(100_000));
const config = Buffer.from('{}');

function placeWith(
  types: { readonly manifest: string; readonly layer: string },
  layer: Uint8Array,
): { place: ImagePlace; descriptor: Descriptor } {
  const blobs: Blobs = new Map();
  const put = (mediaType: string, bytes: Uint8Array): Descriptor => {
    blobs.set(digestOf(bytes), bytes);
    return { mediaType, digest: digestOf(bytes), size: bytes.length };
  };
  const listed = { config: put(dockerMedia.config, config), layers: [put(types.layer, layer)] };
  const descriptor = put(types.manifest, Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.manifest, ...listed })));
  return { place: { name: 'docker:x', entries: [{ names: [], descriptor }], reader: blobReader(memoryBlobs(blobs), 'x') }, descriptor };
}

async function pack({ place, descriptor }: ReturnType<typeof placeWith>) {
  const events: WherryEvent[] = [];
  const packed = await packLayers(place, descriptor, { store, emit: (event) => events.push(event) });
  return { ...packed, events };
}

it.each([
  ['OCI', { manifest: ociMedia.manifest, layer: ociMedia.layerTar }],
  ['Docker', { manifest: dockerMedia.manifest, layer: dockerMedia.layerTar }],
])('makes plain layers of %s gzip, the same every time', async (_name, types) => {
  const { place, descriptor, events } = await pack(placeWith(types, tar));
  const manifest = parseManifest(await place.reader.manifest(descriptor), 'x');
  expect(digestOf(await place.reader.manifest(descriptor))).toBe(descriptor.digest);
  expect(manifest.config).toMatchObject({ mediaType: ociMedia.config, digest: digestOf(config) });
  const [layer] = manifest.layers as [Descriptor];
  const bytes = await collect(await place.reader.open(layer));
  expect([layer.mediaType, digestOf(bytes), bytes.length]).toEqual([ociMedia.layerGzip, layer.digest, layer.size]);
  expect(bytes.length).toBeLessThan(tar.length / 50);
  expect(gunzipSync(bytes).equals(tar)).toBe(true);
  expect(await collect(await place.reader.open(manifest.config))).toEqual(config);
  expect(events).toEqual([{ type: 'note', message: expect.stringContaining('compressing 1 layer of ') }]);
});

it('compresses nothing twice', async () => {
  const given = placeWith({ manifest: ociMedia.manifest, layer: ociMedia.layerTar }, tar);
  const first = await pack(given);
  const reader = { ...given.place.reader, open: () => Promise.reject(new Error('read again')) };
  const manifest = given.place.reader.manifest;
  expect((await pack({ ...given, place: { ...given.place, reader: { ...reader, manifest } } })).descriptor).toEqual(first.descriptor);
});

it('leaves alone what is compressed', async () => {
  const given = placeWith({ manifest: dockerMedia.manifest, layer: dockerMedia.layerGzip }, gzipSync(tar));
  expect(await pack(given)).toEqual({ ...given, events: [] });
});

it('keeps nothing of a layer that cannot be read', async () => {
  const given = placeWith({ manifest: ociMedia.manifest, layer: ociMedia.layerTar }, tar);
  const reader = { ...given.place.reader, open: () => Promise.reject(new Error('gone')) };
  await expect(pack({ ...given, place: { ...given.place, reader } })).rejects.toThrow('gone');
  const { place, descriptor } = await pack(given);
  expect(parseManifest(await place.reader.manifest(descriptor), 'x').layers).toHaveLength(1);
});
