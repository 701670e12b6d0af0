import { beforeEach, describe, expect, it } from 'vitest';
import { type FakeRegistry, fakeRegistry } from '../../test/fakeRegistry.ts';
import { type Blobs, memoryBlobs, sampleImage, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { WherryEvent } from '../events.ts';
import { assembleImage, assembleIndex, type Image, type ImageIndex, imagesOf } from '../image/index.ts';
import { type HoldersOf, remoteRepositories } from '../remote/index.ts';
import type { Store } from '../store/index.ts';
import { registrySink } from './index.ts';
import type { PutResult } from './types.ts';

let registry: FakeRegistry;
let documents: Map<string, unknown>;
let events: WherryEvent[];
beforeEach(() => {
  registry = fakeRegistry();
  documents = new Map();
  events = [];
});

interface Wanted {
  readonly references?: readonly string[];
  readonly made?: readonly Digest[];
  readonly holders?: HoldersOf;
  readonly signal?: AbortSignal;
}

/** Pushes as a process of its own would. */
async function push(image: Image | ImageIndex, wanted: Wanted = {}): Promise<PutResult> {
  registry.log.length = 0;
  const store = {
    document: async (kind: string, key: string) => documents.get(`${kind} ${key}`),
    putDocument: async (kind: string, key: string, value: unknown) => void documents.set(`${kind} ${key}`, value),
  } as unknown as Store;
  const ctx = { store, emit: (event: WherryEvent) => void events.push(event) };
  const { references = ['reg.example/site:latest'], made = [], holders = () => [], signal = new AbortController().signal } = wanted;
  const sink = registrySink({ registry, open: remoteRepositories(registry), ctx, made: new Set(made), holders });
  return await sink.put(image, { references, signal });
}

/** An image of layers with these texts. */
async function imageOf(...texts: readonly string[]): Promise<Image> {
  const blobs: Blobs = new Map();
  const layers = [];
  for (const text of texts) layers.push(await sampleLayer(blobs, [{ name: `app/${text}`, text }], { comment: text }));
  return assembleImage({ plan: samplePlan, layers, blobs: memoryBlobs(blobs) });
}

const tag = (name: string) => registry.manifests.get(name);
const sizeOf = (image: Image) => image.layers.reduce((sum, { size }) => sum + size, image.config.length + image.manifest.length);

describe('registrySink', () => {
  it('sends layers, then the configuration, then the manifest under its tag', async () => {
    const image = await imageOf('a', 'b');
    const result = await push(image);
    expect(result).toEqual({
      location: `reg.example/site@${image.descriptor.digest}`,
      bytesWritten: sizeOf(image),
      layers: { reused: 0, mounted: 0, sent: 2 },
    });
    expect(registry.log.filter((line) => !/^HEAD/.test(line))).toEqual(['upload site', 'upload site', 'upload site', 'PUT site:latest']);
    expect(tag('site:latest')?.bytes).toEqual(image.manifest);
    expect(events.filter((event) => event.type === 'progress').map(({ item, done, total }) => [item, done === total])).toEqual(
      expect.arrayContaining([['a', true]]),
    );
  });

  it('sends one HEAD for each tag if nothing changed', async () => {
    const image = await imageOf('a');
    const references = ['reg.example/site:1', 'reg.example/site:latest'];
    await push(image, { references });
    const result = await push(image, { references });
    expect(registry.log).toEqual(['HEAD site:1', 'HEAD site:latest']);
    expect(result).toMatchObject({ bytesWritten: 0, layers: { reused: 1, mounted: 0, sent: 0 } });
  });

  it('asks for nothing that the previous image lists, and not for what was made just now', async () => {
    await push(await imageOf('a', 'b'));
    const image = await imageOf('a', 'c');
    const made = [image.layers[1]?.digest as Digest];
    expect(await push(image, { made })).toMatchObject({ layers: { reused: 1, sent: 1 } });
    expect(registry.log).toEqual([
      'HEAD site:latest',
      `GET site@${(await imageOf('a', 'b')).descriptor.digest}`,
      'upload site',
      'upload site',
      'PUT site:latest',
    ]);
  });

  it('moves several tags, the main one last, and only those that name something else', async () => {
    const references = ['reg.example/site:1', 'reg.example/site:2', 'reg.example/site:latest'];
    await push(await imageOf('a'), { references: references.slice(1) });
    await push(await imageOf('a'), { references });
    expect(registry.log).toEqual(['HEAD site:1', 'HEAD site:2', 'HEAD site:latest', expect.stringContaining('GET'), 'PUT site:1']);
    await push(await imageOf('b'), { references });
    expect(registry.log.slice(-3)).toEqual(['PUT site:latest', 'PUT site:2', 'PUT site:1']);
  });

  it('takes what latest lists for a tag that is new', async () => {
    await push(await imageOf('a'));
    await push(await imageOf('a', 'b'), { references: ['reg.example/site:sha-1'] });
    expect(registry.log).toEqual([
      'HEAD site:sha-1',
      'HEAD site:latest',
      expect.stringContaining('GET site@'),
      'HEAD blob site',
      'upload site',
      'upload site',
      'PUT site:sha-1',
    ]);
  });

  it('sends the manifests of an index before the index, and only new ones', async () => {
    const arm = await sampleImage({ platform: { os: 'linux', architecture: 'arm64' } });
    const index = assembleIndex([await imageOf('a'), arm]);
    await push(index);
    const puts = (line: string): boolean => line.startsWith('PUT');
    expect(registry.log.filter(puts)).toEqual([
      ...imagesOf(index).map(({ descriptor }) => `PUT site@${descriptor.digest}`),
      'PUT site:latest',
    ]);
    const next = assembleIndex([await imageOf('b'), arm]);
    expect(await push(next)).toMatchObject({ layers: { reused: 1, mounted: 0, sent: 1 } });
    expect(registry.log.filter(puts)).toEqual([`PUT site@${imagesOf(next)[0]?.descriptor.digest}`, 'PUT site:latest']);
  });

  it('mounts layers of other repositories of the registry', async () => {
    const [first, second] = [await imageOf('a', 'b'), await imageOf('a', 'c')];
    await push(first);
    const result = await push(second, { references: ['reg.example/other:latest'] });
    expect(result.layers).toEqual({ reused: 0, mounted: 1, sent: 1 });
    expect(registry.log.filter((line) => line.startsWith('mount'))).toEqual(['mount other from site']);
    const base = { registry: 'reg.example', repository: 'python' };
    registry.blobs.set(`python@${second.layers[1]?.digest}`, new Uint8Array());
    await push(second, { references: ['reg.example/third:latest'], holders: () => [{ ...base, registry: 'elsewhere.example' }, base] });
    expect(registry.log.filter((line) => line.startsWith('mount third'))).toContain('mount third from python');
  });

  it('asks for every blob when the registry has lost one, and sends it again', async () => {
    const before = await imageOf('a', 'b');
    await push(before);
    registry.blobs.delete(`site@${before.layers[0]?.digest}`);
    const image = await imageOf('a', 'b', 'c');
    const result = await push(image);
    expect(result.layers).toEqual({ reused: 1, mounted: 0, sent: 2 });
    expect(tag('site:latest')?.bytes).toEqual(image.manifest);
    expect(events).toContainEqual({ type: 'note', message: expect.stringContaining('reg.example/site has lost a part') });
  });

  it('leaves the tags alone when it fails', async () => {
    const before = await imageOf('a');
    const references = ['reg.example/site:1', 'reg.example/site:2'];
    await push(before, { references });
    for (const line of [/^upload/, /^HEAD blob/]) {
      registry.fault = (text) => {
        if (line.test(text)) throw new ToolError('REGISTRY_PROTOCOL', text);
      };
      await expect(push(await imageOf('b', 'c'), { references })).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
      expect([tag('site:1')?.bytes, tag('site:2')?.bytes]).toEqual([before.manifest, before.manifest]);
    }
  });

  it('does not care for a previous image that cannot be read', async () => {
    registry.manifests.set('site:latest', { mediaType: 'text/plain', bytes: Buffer.from('not an image') });
    registry.manifests.set('site:2', { mediaType: 'text/plain', bytes: Buffer.from('{"schemaVersion":2}') });
    await push(await imageOf('a'));
    expect(tag('site:latest')?.mediaType).toMatch(/manifest/);
    await push(await imageOf('a'), { references: ['reg.example/site:2'] });
  });

  it('pushes to several repositories, the main one last', async () => {
    const result = await push(await imageOf('a'), { references: ['reg.example/site:1', 'reg.example/mirror:1'] });
    expect(registry.log.filter((line) => line.startsWith('PUT'))).toEqual(['PUT mirror:1', 'PUT site:1']);
    expect(result).toMatchObject({ location: expect.stringMatching(/^reg.example\/site@/), layers: { mounted: 1, sent: 1 } });
  });

  it('refuses names without a repository, and digests', async () => {
    const image = await imageOf('a');
    await expect(push(image, { references: ['site:1'] })).rejects.toMatchObject({ code: 'PUSH_NO_REPOSITORY' });
    const pinned = `reg.example/site:1@${image.descriptor.digest}`;
    await expect(push(image, { references: [pinned] })).rejects.toMatchObject({ code: 'REFERENCE_INVALID' });
    expect(registry.log).toEqual([]);
  });

  it('stops between two repositories', async () => {
    const stop = new AbortController();
    registry.fault = (line) => line.startsWith('PUT') && stop.abort(new ToolError('INTERRUPTED', 'stopped'));
    const references = ['reg.example/site:1', 'reg.example/mirror:1'];
    await expect(push(await imageOf('a'), { references, signal: stop.signal })).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(tag('site:1')).toBeUndefined();
  });
});
