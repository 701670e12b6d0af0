import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleImage } from '../../test/sampleImage.ts';
import { digestOf } from '../digest.ts';
import { assembleIndex, type Image } from '../image/index.ts';
import { layoutPath } from '../layout-path.ts';
import { layoutSink } from './index.ts';

const signal = new AbortController().signal;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-layout-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function index(): Promise<{ manifests: { digest: string; annotations: Record<string, string> }[] }> {
  return JSON.parse(await readFile(join(directory, 'index.json'), 'utf8'));
}

const put = (image: Image, ...references: string[]) => layoutSink(directory).put(image, { references, signal });

describe('layoutSink', () => {
  it('writes the layout with every blob under its digest', async () => {
    const image = await sampleImage();
    const result = await put(image, 'example.com/acme/site:1');
    expect(result.location).toBe(`oci:${directory}`);
    expect(await readFile(join(directory, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    for (const name of await readdir(join(directory, 'blobs/sha256'))) {
      expect(digestOf(await readFile(join(directory, 'blobs/sha256', name)))).toBe(`sha256:${name}`);
    }
    expect(await index()).toEqual({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: [
        {
          ...image.descriptor,
          annotations: { 'io.containerd.image.name': 'example.com/acme/site:1', 'org.opencontainers.image.ref.name': '1' },
        },
      ],
    });
    expect((await readdir(directory)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  it('writes an index and both platforms', async () => {
    const images = [await sampleImage(), await sampleImage({ platform: { os: 'linux', architecture: 'arm64' } })];
    await layoutSink(directory).put(assembleIndex(images), { references: [], signal });
    expect((await index()).manifests).toHaveLength(1);
    expect(await readdir(join(directory, 'blobs/sha256'))).toHaveLength(7);
  });

  it('writes nothing but the names when the blobs are there', async () => {
    const image = await sampleImage();
    const first = await put(image);
    expect(first.bytesWritten).toBe(image.layers.reduce((sum, layer) => sum + layer.size, image.config.length + image.manifest.length));
    expect((await put(image, 'other')).bytesWritten).toBe(0);
    expect(await layoutSink(directory).has?.(image.configDescriptor)).toBe(true);
  });

  it('touches no file of an equal image under the same names', async () => {
    const image = await sampleImage();
    const files = () => Promise.all(['', 'index.json', 'oci-layout'].map(async (name) => (await stat(join(directory, name))).mtimeMs));
    await put(image, 'site:1');
    const before = await files();
    expect((await put(image, 'site:1')).bytesWritten).toBe(0);
    expect(await files()).toEqual(before);
  });

  it('makes whole again what was damaged', async () => {
    const image = await sampleImage();
    await put(image, 'site:1');
    const [text, blob] = [
      await readFile(join(directory, 'index.json'), 'utf8'),
      join(directory, layoutPath(image.configDescriptor.digest)),
    ];
    await writeFile(join(directory, 'oci-layout'), '');
    await writeFile(join(directory, 'index.json'), text.replace('}', '} '));
    await truncate(blob, 1);
    expect((await put(image, 'site:1')).bytesWritten).toBe(image.config.length);
    expect(await readFile(join(directory, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(await readFile(join(directory, 'index.json'), 'utf8')).toBe(text);
    expect(digestOf(await readFile(blob))).toBe(image.configDescriptor.digest);
  });

  it('replaces the entry of the same name and keeps the others', async () => {
    const [old, other, fresh] = [await sampleImage(), await sampleImage({ name: 'b' }), await sampleImage({ annotations: {} })];
    await put(old, 'site:latest');
    await put(other, 'other:latest');
    await put(fresh, 'site:latest');
    const names = (await index()).manifests.map(({ digest, annotations }) => [digest, annotations['io.containerd.image.name']]);
    expect(names).toEqual([
      [other.descriptor.digest, 'docker.io/library/other:latest'],
      [fresh.descriptor.digest, 'docker.io/library/site:latest'],
    ]);
  });

  it('keeps entries and fields of other tools', async () => {
    await put(await sampleImage(), 'site');
    const foreign = { mediaType: 'x/y', digest: digestOf('x'), size: 1, artifactType: 'a/b' };
    const before = await index();
    await writeFile(join(directory, 'index.json'), JSON.stringify({ ...before, manifests: [foreign] }));
    await put(await sampleImage(), 'site');
    expect((await index()).manifests[0]).toEqual(foreign);
  });

  it('leaves the name and no scraps when a blob has other bytes', async () => {
    await put(await sampleImage({ name: 'before' }));
    const before = await index();
    const image = await sampleImage();
    await rm(join(directory, 'blobs'), { recursive: true });
    const lying: Image = { ...image, blobs: { open: async ({ size }) => Readable.from([new Uint8Array(size)]) } };
    await expect(put(lying)).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    expect(await index()).toEqual(before);
    expect((await readdir(directory)).filter((name) => name.includes('tmp'))).toEqual([]);
  });

  it('refuses a directory that holds something else', async () => {
    await writeFile(join(directory, 'index.json'), '{"name":"a JavaScript project"}');
    await expect(put(await sampleImage())).rejects.toMatchObject({ code: 'SINK_WRITE' });
    expect(await readdir(directory)).toEqual(['index.json']);
  });

  it('names the file system as the fault', async () => {
    await writeFile(join(directory, 'file'), '');
    const sink = layoutSink(join(directory, 'file/below'));
    await expect(sink.put(await sampleImage(), { references: [], signal })).rejects.toMatchObject({ code: 'SINK_WRITE' });
  });

  it('stops at an abort', async () => {
    const stopped = layoutSink(directory).put(await sampleImage(), { references: [], signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(directory)).toEqual([]);
  });

  it('keeps both entries of two writers', async () => {
    const [a, b] = [await sampleImage({ name: 'a' }), await sampleImage({ name: 'b', annotations: {} })];
    await Promise.all([put(a), put(b)]);
    expect((await index()).manifests).toHaveLength(2);
  });
});
