import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { type ContentNode, contentBlobs, type Descriptor, dockerMedia, isForeign, listedIn, nodesOf, ociMedia } from './index.ts';

const at = (text: string, mediaType: string, extra: Partial<Descriptor> = {}): Descriptor => ({
  mediaType,
  digest: digestOf(text),
  size: text.length,
  ...extra,
});
const json = (value: object): Uint8Array => Buffer.from(JSON.stringify(value));
const config = at('config', ociMedia.config);
const layer = at('layer', ociMedia.layerGzip);

describe('listedIn', () => {
  it('lists the config and layers of a manifest, of artifacts too', () => {
    const odd = at('odd', 'application/x-anything');
    const subject = at('subject', ociMedia.manifest);
    const bytes = json({ schemaVersion: 2, config: odd, layers: [layer, odd], artifactType: 'a/b', subject });
    expect(listedIn(bytes, { mediaType: ociMedia.manifest }, 'x')).toEqual({
      mediaType: ociMedia.manifest,
      manifests: [],
      blobs: [odd, layer, odd],
      subject: subject.digest,
    });
  });

  it('leaves foreign layers where their URLs say', () => {
    const urls = ['https://layers.example/1'];
    const foreign = at('far', 'application/vnd.oci.image.layer.nondistributable.v1.tar+zstd', { urls });
    const docker = at('far 2', 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip', { urls });
    const bytes = json({ schemaVersion: 2, config, layers: [foreign, docker, layer] });
    expect(listedIn(bytes, { mediaType: ociMedia.manifest }, 'x').blobs).toEqual([config, layer]);
    // Without URLs it can be had nowhere else; with URLs alone it may be handed on.
    expect(isForeign({ ...foreign, urls: [] })).toBe(false);
    expect(isForeign({ ...layer, urls })).toBe(false);
  });

  it('lists manifests and indexes of an index, and takes what it does not know for blobs', () => {
    const manifests = [at('1', ociMedia.manifest), at('2', dockerMedia.manifest), at('3', ociMedia.index)];
    const other = at('4', 'application/x-anything');
    const bytes = json({ schemaVersion: 2, manifests: [...manifests, other] });
    expect(listedIn(bytes, { mediaType: ociMedia.index }, 'x')).toEqual({ mediaType: ociMedia.index, manifests, blobs: [other] });
  });

  it('believes the name that a document gives itself', () => {
    const bytes = json({ schemaVersion: 2, mediaType: dockerMedia.manifest, config, layers: [] });
    expect(listedIn(bytes, { mediaType: ociMedia.manifest }, 'x').mediaType).toBe(dockerMedia.manifest);
  });

  it.each([
    ['manifests and layers', { schemaVersion: 2, config, layers: [], manifests: [] }, ociMedia.manifest],
    ['a manifest called an index', { schemaVersion: 2, mediaType: ociMedia.manifest, config, layers: [] }, ociMedia.index],
    ['an index called a manifest', { schemaVersion: 2, mediaType: ociMedia.index, manifests: [] }, ociMedia.manifest],
    ['a manifest without layers', { schemaVersion: 2, config }, ociMedia.manifest],
    ['schema 1', { schemaVersion: 1, fsLayers: [] }, 'application/vnd.docker.distribution.manifest.v1+prettyjws'],
  ])('refuses %s', (_name, value, mediaType) => {
    expect(() => listedIn(json(value), { mediaType }, 'x')).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }));
  });
});

describe('nodesOf and contentBlobs', () => {
  const node = (text: string, children: readonly ContentNode[] = [], blobs: readonly Descriptor[] = []): ContentNode => ({
    descriptor: at(text, children.length > 0 ? ociMedia.index : ociMedia.manifest),
    bytes: Buffer.from(text),
    children,
    blobs,
  });

  it('give everything once: children before their index, referrers after them, the root last', () => {
    const [a, b] = [node('a', [], [config, layer]), node('b', [], [layer])];
    const root = node('root', [a, node('inner', [b, a]), b]);
    const content = { root, referrers: [node('signature', [], [at('{}', 'x/y')]), root] };
    expect(nodesOf(content).map(({ bytes }) => String(bytes))).toEqual(['a', 'b', 'inner', 'signature', 'root']);
    expect(contentBlobs(content).map(({ size }) => size)).toEqual([6, 5, 2]);
  });
});
