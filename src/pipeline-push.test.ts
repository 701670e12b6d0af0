import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeImage, publish } from '../test/images.ts';
import { startRegistry, type TestRegistry } from '../test/registry/index.ts';
import { madeUpBase, plainRequest, writeSite } from '../test/smallSite.ts';
import type { Context } from './context.ts';
import { type Digest, digestOf } from './digest.ts';
import type { WherryEvent } from './events.ts';
import { createHttp } from './http/index.ts';
import { type Image, type ImageIndex, imagesOf } from './image/index.ts';
import { buildImage, planImages } from './pipeline.ts';
import { startPush } from './pipeline-push.ts';
import type { PutResult } from './sinks/types.ts';
import { type ImagePlace, layerTar, openImage, storedPlace } from './sources/index.ts';
import { openStore } from './store/index.ts';

let directory: string;
let registry: TestRegistry;
let root: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-push-'));
  registry = await startRegistry();
  publish(registry, 'base', { image: await makeImage({ layers: [madeUpBase], config: { Env: ['PATH=/usr/bin'] } }), tags: ['1'] });
  root = await project('site');
});
afterEach(async () => {
  await registry.close();
  await rm(directory, { recursive: true, force: true });
});

async function project(name: string): Promise<string> {
  return await writeSite(join(directory, name), registry.host);
}

interface Options {
  readonly references?: readonly string[];
  readonly store?: string;
  readonly remote?: boolean;
  readonly verify?: boolean;
  readonly directory?: string;
}

interface Pushed {
  readonly image: Image | ImageIndex;
  readonly result: PutResult;
  readonly requests: readonly string[];
  readonly notes: readonly string[];
  /** Kinds of the layers that were made. */
  readonly made: readonly string[];
  readonly ctx: Context;
}

/** Builds and pushes as one run of the command would. */
async function push({
  references,
  store = 'store',
  remote = true,
  verify = false,
  directory: project = root,
}: Options = {}): Promise<Pushed> {
  const names = references ?? [`${registry.host}/site:latest`];
  const events: WherryEvent[] = [];
  const ctx = await context(store, events);
  const before = registry.seen.length;
  const session = startPush(ctx, { remote, verify });
  const request = plainRequest(project);
  const targets = session.targets(names);
  const [planned] = await planImages(request, ctx, () => session.begin(targets));
  if (planned === undefined) throw new Error('nothing planned');
  const image = await buildImage(planned, ctx, { remote: session.cache(targets) });
  const layers = events.filter((event) => event.type === 'layer');
  const made = layers.filter(({ reused }) => !reused);
  const result = await session
    .sink(planned.plans, new Set(made.map(({ digest }) => digest)))
    .put(image, { references: names, signal: ctx.signal });
  const requests = registry.seen
    .slice(before)
    .map(({ method, url }) => `${method} ${url.replace(/sha256:[0-9a-f]+/g, 'DIGEST').replace(/\?.*|uploads\/.+/, '')}`);
  const notes = events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
  return { image, result, requests, notes, made: made.map(({ kind }) => kind), ctx };
}

async function context(store: string, events: WherryEvent[]): Promise<Context> {
  const env = { HOME: directory, WHERRY_BYTECODE: 'none' };
  const emit = (event: WherryEvent): void => void events.push(event);
  const opened = await openStore({ env, directory: join(directory, store) });
  return { env, store: opened, emit, http: createHttp({ env }), signal: new AbortController().signal, offline: false, workers: 1 };
}

const digestIn = ({ image }: Pushed): Digest => image.descriptor.digest;
const layersOf = ({ image }: Pushed) => imagesOf(image)[0]?.layers ?? [];
const layerOf = (pushed: Pushed, kind: string) => layersOf(pushed).find(({ comment }) => comment?.startsWith(`${kind}:`));
const edit = (text: string) => writeFile(join(root, 'main.py'), text);
const tagged = (name = 'latest') => digestOf(registry.manifest('site', name)?.bytes ?? '');

/** Puts another manifest or configuration under the tag, as somebody else might. */
function rewrite(change: { readonly manifest?: (text: string) => string; readonly config?: (text: string) => string }): void {
  const { bytes, mediaType } = registry.manifest('site', 'latest') as { bytes: Uint8Array; mediaType: string };
  const text = Buffer.from(bytes).toString();
  const digest = (JSON.parse(text) as { config: { digest: string } }).config.digest;
  const config = Buffer.from((change.config ?? ((same) => same))(Buffer.from(registry.blob('site', digest) ?? '').toString()));
  registry.putBlob('site', config);
  const manifest = (change.manifest ?? ((same) => same))(text.replace(digest, digestOf(config)));
  registry.putManifest('site', { bytes: Buffer.from(manifest), mediaType, tags: ['latest'] });
}

describe('a push', () => {
  it('mounts the base of the same registry, and sends our layers', async () => {
    const pushed = await push();
    expect(pushed.result.layers).toEqual({ reused: 0, mounted: 1, sent: layersOf(pushed).length - 1 });
    expect(registry.count(/POST .*mount=.*from=base/)).toBe(1);
    expect(registry.count(/GET \/v2\/base\/blobs/)).toBe(2);
    expect(tagged()).toBe(digestIn(pushed));
  });

  it('streams the base of another registry through and does not store it', async () => {
    const target = await startRegistry();
    try {
      const pushed = await push({ references: [`${target.host}/site:latest`] });
      const [layer] = layersOf(pushed);
      expect(digestOf(target.blob('site', layer?.digest ?? '') ?? '')).toBe(layer?.digest);
      expect(await pushed.ctx.store.has(layer?.digest as Digest)).toBeUndefined();
      expect(pushed.result.layers).toMatchObject({ mounted: 0, sent: layersOf(pushed).length });
    } finally {
      await target.close();
    }
  });

  it('is one HEAD if nothing changed', async () => {
    await push();
    const { requests, result } = await push();
    expect(requests).toEqual(['HEAD /v2/site/manifests/latest']);
    expect(result).toMatchObject({ bytesWritten: 0, layers: { sent: 0 } });
  });

  it('sends the changed layer, the configuration and the manifest after a change', async () => {
    await push();
    await edit('print("other")\n');
    const pushed = await push();
    const changed = layerOf(pushed, 'app');
    const { config, manifest } = imagesOf(pushed.image)[0] as Image;
    expect(pushed.result).toMatchObject({
      bytesWritten: (changed?.size ?? 0) + config.length + manifest.length,
      layers: { sent: 1, mounted: 0 },
    });
    expect(pushed.requests).toEqual([
      'HEAD /v2/site/manifests/latest',
      'GET /v2/site/manifests/DIGEST',
      'POST /v2/site/blobs/uploads/',
      'PUT /v2/site/blobs/',
      'POST /v2/site/blobs/uploads/',
      'PUT /v2/site/blobs/',
      'PUT /v2/site/manifests/latest',
    ]);
  });

  it('mounts layers that another project pushed', async () => {
    await push();
    const second = await push({ references: [`${registry.host}/other:latest`], directory: await project('other') });
    expect(second.result).toMatchObject({ layers: { sent: 0, mounted: layersOf(second).length } });
  });

  it('fails before anything is made if a login is refused', async () => {
    const refusing = await startRegistry({ login: 'basic' });
    try {
      await expect(push({ references: [`${refusing.host}/site:latest`] })).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
    } finally {
      await refusing.close();
    }
  });
});

describe('the previous image as a cache', () => {
  it('stands in for every layer of an empty store', async () => {
    const first = await push();
    const cold = await push({ store: 'cold' });
    expect(cold.made).toEqual([]);
    expect(digestIn(cold)).toBe(digestIn(first));
    expect(cold.requests).toEqual(['HEAD /v2/site/manifests/latest', 'GET /v2/site/manifests/DIGEST', 'GET /v2/site/blobs/DIGEST']);
    for (const { recipe, digest } of layersOf(cold)) {
      if (recipe !== undefined) expect(await cold.ctx.store.layer(recipe)).toBeUndefined();
      expect(await cold.ctx.store.has(digest)).toBeUndefined();
    }
  });

  it('leaves only what changed to be made, and gives the image of a full build', async () => {
    await push();
    await edit('print("other")\n');
    const cold = await push({ store: 'cold' });
    expect(cold.made).toEqual(['app']);
    expect(digestIn(await push({ store: 'full', remote: false }))).toBe(digestIn(cold));
    expect(cold.result.layers?.sent).toBe(1);
  });

  it('is found under latest for a new tag, and through an index', async () => {
    await push();
    expect((await push({ store: 'cold', references: [`${registry.host}/site:sha-1`] })).made).toEqual([]);
    const manifest = registry.manifest('site', 'latest') as { bytes: Uint8Array; mediaType: string };
    const platform = { os: 'linux', architecture: 'amd64' };
    const manifests = [
      { mediaType: manifest.mediaType, digest: digestOf('other'), size: 1, platform: { ...platform, architecture: 's390x' } },
      { mediaType: manifest.mediaType, digest: digestOf(manifest.bytes), size: manifest.bytes.length, platform },
    ];
    const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
    registry.putManifest('site', { bytes: Buffer.from(JSON.stringify(index)), mediaType: index.mediaType, tags: ['latest'] });
    expect((await push({ store: 'colder' })).made).toEqual([]);
  });

  it('can be read by name afterwards, from the registry', async () => {
    await push();
    const { ctx, image } = await push({ store: 'cold' });
    const { registryBlobSource } = await import('./base/index.ts');
    const place = await storedPlace(ctx.store, image.name, (reference) => registryBlobSource({ reference }, ctx));
    const [read] = imagesOf(await openImage(place as ImagePlace));
    for (const layer of read?.layers ?? [])
      for await (const chunk of layerTar(read as Image, layer)) expect(chunk.length).toBeGreaterThan(0);
  });

  it('is brought into the store if another destination wants the bytes', async () => {
    await push();
    const { image, ctx } = await push({ store: 'cold' });
    const [layer] = (imagesOf(image)[0]?.layers ?? []).filter(({ recipe }) => recipe !== undefined);
    const chunks: Buffer[] = [];
    for await (const chunk of await (imagesOf(image)[0] as Image).blobs.open(layer as never)) chunks.push(chunk as Buffer);
    expect(digestOf(gunzipSync(Buffer.concat(chunks)))).toBe(layer?.diffId);
    expect(await ctx.store.has(layer?.digest as Digest)).toBe(layer?.size);
    expect(await ctx.store.layer(layer?.recipe as Digest)).toBeUndefined();
  });

  it('is ignored on demand', async () => {
    const first = await push();
    const { made, requests, image } = await push({ store: 'cold', remote: false });
    expect(made.length).toBeGreaterThan(2);
    expect(requests).toEqual(['HEAD /v2/site/manifests/latest']);
    expect(image.descriptor.digest).toBe(digestIn(first));
  });
});

describe('a previous image that lies', () => {
  /** Names a layer that the registry has never had. */
  const otherDigest = (text: string, digest: string | undefined): string => text.replaceAll(digest ?? '', digestOf('never there'));

  it('is found out where it contradicts a layer made here', async () => {
    const first = await push();
    rewrite({ manifest: (text) => otherDigest(text, layerOf(first, 'venv')?.digest) });
    await edit('print("other")\n');
    const pushed = await push();
    expect(pushed.notes).toContainEqual(expect.stringContaining('names other layers'));
    expect(tagged()).toBe(digestIn(pushed));
  });

  it('about a digest: it is found out when the registry is asked to take an image with it', async () => {
    const first = await push();
    rewrite({ manifest: (text) => otherDigest(text, layerOf(first, 'venv')?.digest) });
    const lie = tagged();
    await edit('print("other")\n');
    await expect(push({ store: 'cold' })).rejects.toMatchObject({
      code: 'REMOTE_LAYER_WRONG',
      hint: expect.stringContaining('--no-remote'),
    });
    expect(tagged()).toBe(lie);
    const fixed = await push({ store: 'cold', remote: false });
    expect(tagged()).toBe(digestIn(fixed));
  });

  it('about a blob that the registry has lost: the layer is made here and sent', async () => {
    const first = await push();
    await fetch(`http://${registry.host}/v2/site/blobs/${layerOf(first, 'venv')?.digest}`, { method: 'DELETE' });
    await edit('print("other")\n');
    const pushed = await push({ store: 'cold' });
    expect(pushed.notes).toEqual(
      expect.arrayContaining([
        expect.stringContaining('has lost a part'),
        expect.stringContaining('no intact copy of Python 3.13.5 environment'),
      ]),
    );
    expect(pushed.result.layers?.sent).toBe(2);
    expect(digestIn(await push({ store: 'full', remote: false }))).toBe(tagged());
  });

  it('about a DiffID: --verify-remote makes a sample and compares', async () => {
    const first = await push();
    const app = layerOf(first, 'app');
    rewrite({ config: (text) => text.replaceAll(app?.diffId ?? '', `sha256:${'0'.repeat(64)}`) });
    await expect(push({ store: 'cold', verify: true })).rejects.toMatchObject({
      code: 'REMOTE_LAYER_WRONG',
      details: [expect.stringContaining('diffId')],
    });
  });

  it('about nothing: --verify-remote is content, and drops what is gone', async () => {
    const first = await push();
    const checked = await push({ store: 'cold', verify: true });
    expect(digestIn(checked)).toBe(digestIn(first));
    expect(checked.made).toHaveLength(Math.min(3, layersOf(first).length - 1));
    rewrite({ manifest: (text) => otherDigest(text, layerOf(first, 'venv')?.digest) });
    const again = await push({ store: 'colder', verify: true });
    expect(again.notes).toContainEqual(expect.stringContaining('has lost 1 layer of'));
    expect(digestIn(again)).toBe(digestIn(first));
  });
});
