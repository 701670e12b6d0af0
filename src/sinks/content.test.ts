import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RichContent, richContent } from '../../test/richContent.ts';
import { collect, memoryBlobs } from '../../test/sampleImage.ts';
import { type Content, contentBlobs, nodesOf } from '../image/index.ts';
import { openArchive, openLayout, pickEntry, readContent } from '../sources/index.ts';
import { blobReader } from '../sources/small.ts';
import { archiveSink, imageName, type LayoutName, layoutSink } from './index.ts';

const signal = new AbortController().signal;
let directory: string;
let rich: RichContent;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-content-'));
  rich = await richContent();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function content(): Promise<Content> {
  const reader = { ...blobReader(memoryBlobs(new Map(rich.bytes)), 'rich') };
  const referrers = async (digest: string) => (digest === rich.root.digest ? [rich.signature] : []);
  return await readContent({ name: 'rich', descriptor: rich.root, reader: { ...reader, referrers }, referrers: true });
}

interface Entry {
  readonly digest: string;
  readonly artifactType?: string;
  readonly annotations?: Record<string, string>;
}

async function entriesIn(layout: string): Promise<Entry[]> {
  return JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')).manifests;
}

describe.each([
  ['layoutSink', layoutSink, openLayout],
  ['archiveSink', archiveSink, openArchive],
])('%s', (_name, sink, open) => {
  it('keeps every byte of an index with its referrers', async () => {
    const [out, given] = [join(directory, 'out'), await content()];
    await sink(out).putContent(given, { names: [imageName('example.com/rich:1')], signal });
    const place = await open(out);
    const { descriptor, names } = pickEntry(place);
    expect({ digest: descriptor.digest, names }).toEqual({ digest: rich.root.digest, names: ['example.com/rich:1', '1'] });
    const back = await readContent({ name: 'back', descriptor, reader: place.reader, referrers: true });
    expect(nodesOf(back).map(({ bytes }) => Buffer.from(bytes))).toEqual(nodesOf(given).map(({ bytes }) => bytes));
    expect(back.referrers.map((node) => node.descriptor)).toEqual([rich.signature]);
    expect(contentBlobs(back)).toEqual(contentBlobs(given));
    for (const blob of contentBlobs(back))
      expect(await collect(await back.blobs.open(blob))).toEqual(Buffer.from(rich.bytes.get(blob.digest) ?? ''));
  });

  it('says before anything is read that it cannot write', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(sink(join(directory, 'file/below')).check()).rejects.toMatchObject({ code: 'SINK_WRITE' });
    await expect(sink(directory).check()).rejects.toMatchObject({ code: 'SINK_WRITE' });
    await sink(join(directory, 'new/below')).check();
    expect(await readdir(directory)).toEqual(['file']);
  });
});

describe('layoutSink', () => {
  const put = async (...names: LayoutName[]): Promise<Entry[]> => {
    await layoutSink(directory).putContent({ ...(await content()), referrers: [] }, { names, signal });
    return await entriesIn(directory);
  };
  const tags = (entries: Entry[]): (string | undefined)[] =>
    entries.map(({ annotations }) => annotations?.['org.opencontainers.image.ref.name']);

  it('lists a content without a name once, and not at all where it has one', async () => {
    expect(await put()).toEqual([rich.root]);
    expect(await put()).toHaveLength(1);
    expect(tags(await put({ tag: '1' }))).toEqual(['1']);
    expect(tags(await put())).toEqual(['1']);
  });

  it('replaces what has the same tag, if either has nothing but a tag', async () => {
    expect(tags(await put({ tag: '1' }, { tag: '2' }))).toEqual(['1', '2']);
    expect(tags(await put(imageName('example.com/rich:1')))).toEqual(['2', '1']);
    expect(tags(await put(imageName('example.com/other:1')))).toEqual(['2', '1', '1']);
    expect(tags(await put({ tag: '1' }))).toEqual(['2', '1']);
  });

  it('lists referrers beside their image, without a name', async () => {
    await layoutSink(directory).putContent(await content(), { names: [{ tag: '1' }], signal });
    const [image, signature, ...others] = await entriesIn(directory);
    expect(image?.digest).toBe(rich.root.digest);
    expect(signature).toEqual(rich.signature);
    expect(others).toEqual([]);
  });

  it('leaves no name behind when a blob is not what it should be', async () => {
    const given = await content();
    const bytes = new Map(rich.bytes);
    const [blob] = contentBlobs(given);
    if (blob !== undefined) bytes.set(blob.digest, Buffer.alloc(blob.size));
    const lying = { ...given, blobs: memoryBlobs(bytes) };
    await expect(layoutSink(directory).putContent(lying, { names: [], signal })).rejects.toMatchObject({ code: 'IMAGE_INVALID' });
    expect((await readdir(directory)).filter((name) => name !== 'blobs')).toEqual([]);
  });
});

describe('archiveSink', () => {
  it.each([
    ['the first image that docker load can take', false, [1]],
    ['none where every layer is foreign', true, [0]],
  ])('names %s in manifest.json', async (_name, foreignOnly, counts) => {
    const given = await content();
    const root = foreignOnly ? { ...given.root, children: given.root.children.slice(2, 3) } : given.root;
    await archiveSink(join(directory, 'out.tar')).putContent({ ...given, root }, { names: [{ tag: '1' }], signal });
    const text = await readFile(join(directory, 'out.tar'), 'latin1');
    const json = text.slice(
      text.indexOf('[', text.indexOf('manifest.json')),
      text.indexOf('\0', text.indexOf('[', text.indexOf('manifest.json'))),
    );
    expect([JSON.parse(json).length]).toEqual(counts);
  });
});
