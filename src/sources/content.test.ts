import { describe, expect, it } from 'vitest';
import { type RichContent, richContent } from '../../test/richContent.ts';
import { collect, memoryBlobs, sampleImage } from '../../test/sampleImage.ts';
import { type Digest, digestOf } from '../digest.ts';
import { assembleIndex, type ContentReader, contentBlobs, type Descriptor, nodesOf, ociMedia } from '../image/index.ts';
import { contentOf, pickManifest, readContent } from './index.ts';
import { blobReader } from './small.ts';

const readerOf = (rich: RichContent): ContentReader => blobReader(memoryBlobs(new Map(rich.bytes)), 'rich');

/** Knows the three referrers of the sample, under whatever digest they are asked for. */
function withReferrers(rich: RichContent): ContentReader {
  const lists = new Map<Digest, Descriptor[]>([
    [rich.root.digest, [rich.signature]],
    [rich.platforms.amd64.digest, [rich.sbom]],
    [rich.sbom.digest, [rich.sbomSignature]],
  ]);
  return { ...readerOf(rich), referrers: async (digest) => lists.get(digest) ?? [] };
}

describe.each([{ docker: false }, { docker: true }])('readContent, docker: $docker', (options) => {
  it('reads every document as it is, whatever it is for', async () => {
    const rich = await richContent(options);
    const content = await readContent({ name: 'rich', descriptor: rich.root, reader: readerOf(rich) });
    const referrers = [rich.signature, rich.sbom, rich.sbomSignature].map(({ digest }) => digest);
    const all = new Set([...nodesOf(content).map(({ descriptor }) => descriptor), ...contentBlobs(content)].map(({ digest }) => digest));
    const listed = [...rich.bytes.keys()].filter((digest) => !referrers.includes(digest));
    // The artifact, the attestation and their blobs are not in Docker's list.
    if (!options.docker) expect([...all].toSorted()).toEqual(listed.toSorted());
    expect(nodesOf(content)).toHaveLength(options.docker ? 4 : 6);
    for (const { descriptor, bytes } of nodesOf(content)) expect(bytes).toEqual(rich.bytes.get(descriptor.digest));
    expect([...all]).not.toContain(rich.foreign.digest);
    expect(content.root.descriptor).toEqual(rich.root);
  });
});

describe('readContent', () => {
  it('reads referrers of everything, and theirs, only where that is wanted', async () => {
    const rich = await richContent();
    const input = { name: 'rich', descriptor: rich.root, reader: withReferrers(rich) };
    expect((await readContent(input)).referrers).toEqual([]);
    const { referrers } = await readContent({ ...input, referrers: true });
    expect(referrers.map(({ descriptor }) => descriptor)).toEqual([rich.sbom, rich.signature, rich.sbomSignature]);
  });

  it('ends where referrers refer to each other', async () => {
    const rich = await richContent();
    const reader = { ...readerOf(rich), referrers: async () => [rich.signature, rich.sbom] };
    expect((await readContent({ name: 'rich', descriptor: rich.root, reader, referrers: true })).referrers).toHaveLength(2);
  });

  it('reads a document that is listed twice once', async () => {
    const rich = await richContent();
    const asked: Digest[] = [];
    const reader = readerOf(rich);
    const counting: ContentReader = {
      ...reader,
      manifest: async (descriptor) => {
        asked.push(descriptor.digest);
        return await reader.manifest(descriptor);
      },
    };
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [rich.root, rich.root, rich.platforms.arm64] }));
    const outer = { mediaType: ociMedia.index, digest: digestOf(bytes), size: bytes.length };
    const manifest: ContentReader['manifest'] = async (wanted) =>
      wanted.digest === outer.digest ? bytes : await counting.manifest(wanted);
    const content = await readContent({ name: 'twice', descriptor: outer, reader: { ...counting, manifest } });
    expect(nodesOf(content)).toHaveLength(7);
    expect(asked.toSorted()).toEqual([...new Set(asked)].toSorted());
  });

  it.each([
    ['is damaged', 0, 'has other bytes'],
    ['has another size', 1, 'has not the size'],
  ])('refuses a document that %s', async (_name, more, message) => {
    const rich = await richContent();
    const bytes = new Map(rich.bytes);
    if (more === 0) bytes.set(rich.platforms.arm64.digest, Buffer.from('{}'));
    const descriptor = { ...rich.root, size: rich.root.size + more };
    const reading = readContent({ name: 'rich', descriptor, reader: blobReader(memoryBlobs(bytes), 'rich') });
    await expect(reading).rejects.toMatchObject({ code: 'IMAGE_INVALID', message: expect.stringContaining(message) });
  });

  it('refuses indexes in indexes without end', async () => {
    const documents = new Map<Digest, Uint8Array>();
    let descriptor: Descriptor = { mediaType: ociMedia.manifest, digest: digestOf('x'), size: 1 };
    for (let depth = 0; depth < 10; depth += 1) {
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
      descriptor = { mediaType: ociMedia.index, digest: digestOf(bytes), size: bytes.length };
      documents.set(descriptor.digest, bytes);
    }
    const reader = blobReader(memoryBlobs(documents), 'deep');
    await expect(readContent({ name: 'deep', descriptor, reader })).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
  });
});

describe('pickManifest', () => {
  it.each([
    ['linux/amd64', 'amd64'],
    ['linux/arm64', 'arm64'],
    ['linux/arm64/v8', 'arm64'],
    ['windows/amd64', 'windows'],
  ] as const)('finds %s', async (platform, name) => {
    const rich = await richContent();
    const found = await pickManifest({ name: 'rich', descriptor: rich.root, reader: readerOf(rich) }, platform);
    expect(found.digest).toBe(rich.platforms[name].digest);
    const same = await pickManifest({ name: 'one', descriptor: found, reader: readerOf(rich) }, platform.split('/').slice(0, 2).join('/'));
    expect(same).toBe(found);
  });

  it.each(['linux/s390x', 'linux/arm64/v9'])('names what there is instead of %s', async (platform) => {
    const rich = await richContent();
    const input = { name: 'rich', descriptor: rich.root, reader: readerOf(rich) };
    await expect(pickManifest(input, platform)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      details: ['it has: linux/amd64, linux/arm64/v8, windows/amd64'],
    });
    await expect(pickManifest({ ...input, descriptor: rich.platforms.amd64 }, platform)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });
});

describe('contentOf', () => {
  it('is the content of an image that was just made', async () => {
    const images = [await sampleImage(), await sampleImage({ platform: { os: 'linux', architecture: 'arm64' } })];
    const index = assembleIndex(images);
    const content = contentOf(index);
    expect(nodesOf(content).map(({ descriptor }) => descriptor.digest)).toEqual([
      ...images.map((image) => image.descriptor.digest),
      index.descriptor.digest,
    ]);
    for (const blob of contentBlobs(content)) expect(digestOf(await collect(await content.blobs.open(blob)))).toBe(blob.digest);
  });
});
