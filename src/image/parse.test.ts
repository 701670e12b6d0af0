import { describe, expect, it } from 'vitest';
import { sampleImage, samplePlan } from '../../test/sampleImage.ts';
import { assembleImage, checkImage, type Image, parseImage, parseIndex, spliceText } from './index.ts';

async function reparse(change: (parts: { manifest: string; config: string }) => { manifest: string; config: string }): Promise<Image> {
  const image = await sampleImage();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  const parts = change({ manifest: decode(image.manifest), config: decode(image.config) });
  const { name, blobs } = image;
  const { mediaType } = image.descriptor;
  return parseImage({ name, mediaType, blobs, manifest: Buffer.from(parts.manifest), config: Buffer.from(parts.config) });
}

describe('parseImage', () => {
  it('reads back what was assembled', async () => {
    const image = await sampleImage();
    const read = await reparse((parts) => parts);
    expect(read.layers).toEqual(image.layers);
    expect(read.descriptor).toEqual(image.descriptor);
    expect(read.configDescriptor).toEqual(image.configDescriptor);
    expect(checkImage(read)).toEqual([]);
  });

  const splice = { kind: 'dependencies', spliced: { files: 1, bytes: 20_000 }, compressed: { files: 2, bytes: 30 } } as const;
  const annotation = `"dev.wherry.splice":${JSON.stringify(spliceText(splice))}`;

  it('reads how a layer was made, and nothing from an annotation that is not ours', async () => {
    const image = await sampleImage();
    const layers = image.layers.map((layer) => ({ ...layer, splice }));
    const made = assembleImage({ plan: samplePlan, layers, blobs: image.blobs });
    expect(Buffer.from(made.manifest).toString()).toContain(annotation);
    const read = (manifest: string) =>
      parseImage({
        name: 'x',
        mediaType: made.descriptor.mediaType,
        manifest: Buffer.from(manifest),
        config: made.config,
        blobs: image.blobs,
      });
    const text = Buffer.from(made.manifest).toString();
    expect(read(text).layers).toEqual(layers);
    const odd = [
      '',
      'dependencies',
      'x 2:30 1:20000',
      'dependencies 2',
      'dependencies 2:30 1:2 3:4',
      'dependencies -2:30',
      'dependencies 2:30  1:2',
    ];
    for (const value of odd) {
      expect(read(text.replace(annotation, `"dev.wherry.splice":${JSON.stringify(value)}`)).layers).toEqual(image.layers);
    }
  });

  it.each([
    ['a manifest that is no JSON', (p: string) => p.slice(1), (c: string) => c],
    ['schema version 1', (p: string) => p.replace('"schemaVersion":2', '"schemaVersion":1'), (c: string) => c],
    ['a digest of another algorithm', (p: string) => p.replaceAll('sha256:', 'sha512:'), (c: string) => c],
    ['a negative size', (p: string) => p.replace(/"size":\d+/, '"size":-1'), (c: string) => c],
    ['a config without rootfs', (p: string) => p, (c: string) => c.replace('rootfs', 'roots')],
    ['fewer DiffIDs than layers', (p: string) => p, (c: string) => c.replace(/"diff_ids":\[[^\]]*\]/, '"diff_ids":[]')],
    ['Windows', (p: string) => p, (c: string) => c.replace('"os":"linux"', '"os":"windows"')],
  ])('refuses %s', async (_name, manifest, config) => {
    const broken = reparse((parts) => ({ manifest: manifest(parts.manifest), config: config(parts.config) }));
    await expect(broken).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });

  it('refuses an index without manifests', () => {
    expect(() => parseIndex(Buffer.from('{}'), 'x')).toThrow(expect.objectContaining({ code: 'IMAGE_INVALID' }));
  });
});

describe('checkImage', () => {
  it.each([
    [
      'a changed manifest',
      /manifest has the digest/,
      (image: Image) => ({ ...image, manifest: Buffer.concat([image.manifest, Buffer.from(' ')]) }),
    ],
    ['a changed config', /config has the digest/, (image: Image) => ({ ...image, config: Buffer.from(`${Buffer.from(image.config)} `) })],
    ['other layers', /manifest lists other layers/, (image: Image) => ({ ...image, layers: [] })],
    ['a repeated layer', /is there twice/, (image: Image) => ({ ...image, layers: [...image.layers, ...image.layers] })],
    [
      'another platform',
      /config is made for linux\/amd64/,
      (image: Image) => ({ ...image, platform: { os: 'linux', architecture: 'arm64' } as const }),
    ],
    [
      'an unknown layer type',
      /has the media type text\/plain/,
      (image: Image) => ({ ...image, layers: image.layers.map((layer) => ({ ...layer, mediaType: 'text/plain' })) }),
    ],
  ])('finds %s', async (_name, message, change) => {
    const problems = checkImage(change(await sampleImage()));
    expect(problems.join('\n')).toMatch(message);
  });

  it('finds history that does not fit the layers', async () => {
    const image = await reparse((parts) => ({ ...parts, config: parts.config.replace('"history":[', '"history":[{},') }));
    expect(checkImage(image).join('\n')).toMatch('history names 2 of 1 layer');
  });
});
