import { describe, expect, it } from 'vitest';
import { type Blobs, emptyFacts, memoryBlobs, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import type { BaseFacts } from '../base/facts.ts';
import { asDiffId, digestOf } from '../digest.ts';
import type { ImagePlan } from '../plan/types.ts';
import { assembleImage, assembleIndex, imagesOf, isIndex, type Layer, ociMedia, parseConfig, parseManifest } from './index.ts';

const blobs = memoryBlobs(new Map());

function layer(name: string, extra: Partial<Layer> = {}): Layer {
  return {
    mediaType: ociMedia.layerGzip,
    digest: digestOf(`blob ${name}`),
    diffId: asDiffId(digestOf(`tar ${name}`)),
    size: name.length,
    recipe: digestOf(`recipe ${name}`),
    comment: `dependencies: ${name}`,
    ...extra,
  };
}

function onRegistryBase(mediaType: string): ImagePlan {
  const { digest, diffId } = layer('base');
  const content = {
    kind: 'registry',
    reference: 'python:3.13-slim',
    digest: digestOf('index'),
    manifest: digestOf('manifest'),
    layers: [{ mediaType, digest, diffId, size: 4 }],
  } as const;
  const base: BaseFacts = { ...emptyFacts, content };
  return { ...samplePlan, base, baseName: 'python:3.13-slim' };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe('assembleImage', () => {
  it('writes the config as canonical JSON', () => {
    const image = assembleImage({ plan: samplePlan, layers: [layer('django')], blobs });
    expect(text(image.config)).toMatchInlineSnapshot(
      `"{"architecture":"amd64","config":{"Cmd":["python","-m","site"],"Entrypoint":[],"Env":["PATH=/app/.venv/bin:/usr/bin:/bin","HOME=/home/app"],"ExposedPorts":{"8000/tcp":{}},"Labels":{"team":"web"},"StopSignal":"SIGTERM","User":"1001:1001","Volumes":{"/app/media":{}},"WorkingDir":"/app"},"created":"2000-01-01T00:00:00Z","history":[{"created_by":"dependencies: django"}],"os":"linux","rootfs":{"diff_ids":["sha256:9c2667d8b96ad110306a20ad310e6c3086ce1c04e6b09781807f9de5701162fe"],"type":"layers"}}"`,
    );
    expect(image.configDescriptor).toEqual({ mediaType: ociMedia.config, digest: digestOf(image.config), size: image.config.length });
  });

  it('writes an OCI manifest with recipes and annotations', () => {
    const image = assembleImage({ plan: samplePlan, layers: [layer('django')], blobs });
    expect(text(image.manifest)).toMatchInlineSnapshot(
      `"{"annotations":{"org.opencontainers.image.title":"site"},"config":{"digest":"sha256:88a63bdfe34a4f7c8cb722cd88d602d6c1130c210ed6593fa4a340c487a742a0","mediaType":"application/vnd.oci.image.config.v1+json","size":496},"layers":[{"annotations":{"dev.wherry.recipe":"sha256:b2c65f33a090bd42cc4a8aa81f3a20f66cd78bced0a930581c5df31f63b27814"},"digest":"sha256:4770fc7a383d1d839fbd84de38a3f8443f4ab1593f49c3eb548e500004234801","mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":6}],"mediaType":"application/vnd.oci.image.manifest.v1+json","schemaVersion":2}"`,
    );
    expect(image.descriptor.digest).toBe(digestOf(image.manifest));
    expect(image.descriptor.platform).toEqual({ os: 'linux', architecture: 'amd64' });
  });

  it('gives equal bytes for equal plans whose keys come in another order', () => {
    const { config, ...rest } = samplePlan;
    const shuffled = { config: Object.fromEntries(Object.entries(config).reverse()) as unknown as ImagePlan['config'], ...rest };
    const [a, b] = [samplePlan, shuffled].map((plan) => assembleImage({ plan, layers: [layer('x')], blobs }));
    expect(a?.descriptor).toEqual(b?.descriptor);
  });

  it('keeps Healthcheck, and no annotations, in Docker format', () => {
    const image = assembleImage({ plan: { ...samplePlan, format: 'docker' }, layers: [layer('django')], blobs });
    expect(parseConfig(image.config, 'x').config?.Healthcheck).toMatchObject({ Test: ['CMD', 'true'], Interval: 30_000_000_000 });
    const manifest = parseManifest(image.manifest, 'x');
    expect(manifest.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(manifest.layers[0]).toEqual({
      mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
      digest: digestOf('blob django'),
      size: 6,
    });
    expect(manifest.annotations).toBeUndefined();
  });

  it('puts the layers of a registry base first and names the base', () => {
    const image = assembleImage({ plan: onRegistryBase(ociMedia.layerGzip), layers: [layer('django')], blobs });
    const config = parseConfig(image.config, 'x');
    expect(config.rootfs.diff_ids).toEqual([digestOf('tar base'), digestOf('tar django')]);
    expect(config.history?.map((entry) => entry.created_by)).toEqual(['base: python:3.13-slim', 'dependencies: django']);
    expect(parseManifest(image.manifest, 'x').annotations).toMatchObject({
      'org.opencontainers.image.base.name': 'python:3.13-slim',
      'org.opencontainers.image.base.digest': digestOf('manifest'),
    });
  });

  it('refuses Docker format over a zstd base', () => {
    const plan: ImagePlan = { ...onRegistryBase(ociMedia.layerZstd), format: 'docker' };
    expect(() => assembleImage({ plan, layers: [], blobs })).toThrow(expect.objectContaining({ code: 'FORMAT_UNSUPPORTED' }));
  });

  it('leaves out empty and repeated layers', async () => {
    const made: Blobs = new Map();
    const [empty, full] = [await sampleLayer(made, []), await sampleLayer(made, [{ name: 'a', text: 'a' }])];
    const image = assembleImage({ plan: samplePlan, layers: [empty, full, full], blobs });
    expect(image.layers).toEqual([full]);
  });
});

describe('assembleIndex', () => {
  const build = (architecture: 'amd64' | 'arm64') =>
    assembleImage({ plan: { ...samplePlan, platform: { os: 'linux', architecture } }, layers: [layer(architecture)], blobs });

  it('keeps a single platform as a bare manifest', () => {
    const image = build('arm64');
    expect(assembleIndex([image])).toBe(image);
    expect(isIndex(image)).toBe(false);
    expect(imagesOf(image)).toEqual([image]);
  });

  it('lists platforms in the given order', () => {
    const images = [build('amd64'), build('arm64')];
    const result = assembleIndex(images);
    if (!isIndex(result)) throw new Error('an index was expected');
    expect(JSON.parse(text(result.index))).toEqual({
      schemaVersion: 2,
      mediaType: ociMedia.index,
      manifests: images.map((image) => image.descriptor),
    });
    expect(result.descriptor.digest).toBe(digestOf(result.index));
    expect(imagesOf(result)).toEqual(images);
  });

  it('refuses an empty list', () => {
    expect(() => assembleIndex([])).toThrow(RangeError);
  });
});
