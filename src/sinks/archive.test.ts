import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { extract } from 'tar-stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { collect, sampleImage } from '../../test/sampleImage.ts';
import { digestOf } from '../digest.ts';
import { assembleIndex, type Image, type ImageIndex } from '../image/index.ts';
import { archiveSink } from './index.ts';

const signal = new AbortController().signal;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-archive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function put(image: Image | ImageIndex, name = 'image.tar'): Promise<Buffer> {
  const file = join(directory, name);
  const { bytesWritten } = await archiveSink(file).put(image, { references: ['site:1', 'example.com/a/site:2'], signal });
  const bytes = await readFile(file);
  expect(bytesWritten).toBe(bytes.length);
  return bytes;
}

async function members(bytes: Buffer): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  const reader = extract();
  Readable.from([bytes]).pipe(reader);
  for await (const entry of reader) {
    expect(entry.header).toMatchObject({ mode: 0o644, uid: 0, gid: 0, uname: '', mtime: new Date(0) });
    found.set(entry.header.name, await collect(entry));
  }
  return found;
}

describe('archiveSink', () => {
  it('is a layout and a docker-save archive at once', async () => {
    const image = await sampleImage();
    const found = await members(await put(image));
    expect([...found.keys()]).toEqual([...found.keys()].sort());
    const index = JSON.parse(String(found.get('index.json')));
    expect(index.manifests.map((entry: { annotations: object }) => entry.annotations)).toEqual([
      { 'io.containerd.image.name': 'docker.io/library/site:1', 'org.opencontainers.image.ref.name': '1' },
      { 'io.containerd.image.name': 'example.com/a/site:2', 'org.opencontainers.image.ref.name': '2' },
    ]);
    const [entry] = JSON.parse(String(found.get('manifest.json')));
    expect(entry.RepoTags).toEqual(['site:1', 'example.com/a/site:2']);
    expect(digestOf(found.get(entry.Config) ?? '')).toBe(image.configDescriptor.digest);
    expect(entry.Layers.map((path: string) => digestOf(found.get(path) ?? ''))).toEqual(image.layers.map((layer) => layer.digest));
    expect(found.get('oci-layout')?.toString()).toBe('{"imageLayoutVersion":"1.0.0"}');
  });

  it('holds both platforms of an index, each blob once', async () => {
    const index = assembleIndex([await sampleImage(), await sampleImage({ platform: { os: 'linux', architecture: 'arm64' } })]);
    const found = await members(await put(index));
    expect(found.size).toBe(3 + 7);
    expect(JSON.parse(String(found.get('manifest.json')))).toHaveLength(1);
  });

  it('gives equal bytes for equal images', async () => {
    expect(await put(await sampleImage(), 'a')).toEqual(await put(await sampleImage(), 'b'));
  });

  it('writes to a stream for -', async () => {
    const image = await sampleImage();
    const out = new PassThrough();
    const [bytes] = await Promise.all([
      collect(out),
      archiveSink('-', out)
        .put(image, { references: ['site:1', 'example.com/a/site:2'], signal })
        .then(() => out.end()),
    ]);
    expect(bytes).toEqual(await put(image));
  });

  it('keeps an older archive when a blob cannot be read', async () => {
    const image = await sampleImage();
    const before = await put(image);
    const broken: Image = { ...image, blobs: { open: () => Promise.reject(new Error('gone')) } };
    await expect(put(broken)).rejects.toThrow('gone');
    expect(await readFile(join(directory, 'image.tar'))).toEqual(before);
    expect(await readdir(directory)).toEqual(['image.tar']);
  });
});
