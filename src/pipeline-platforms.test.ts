import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeImage, makeIndex, publish, type TestEntry } from '../test/images.ts';
import { startRegistry, type TestRegistry } from '../test/registry/index.ts';
import { madeUpAlpine, madeUpBaseOf, plainRequest, siteLock, writeSite } from '../test/smallSite.ts';
import type { Context } from './context.ts';
import type { Digest } from './digest.ts';
import type { WherryEvent } from './events.ts';
import { createHttp } from './http/index.ts';
import { type Image, type ImageIndex, imagesOf, isIndex } from './image/index.ts';
import { buildImage, planImages } from './pipeline.ts';
import { startPush } from './pipeline-push.ts';
import type { Architecture } from './platform.ts';
import type { PutResult } from './sinks/types.ts';
import { openStore } from './store/index.ts';

let directory: string;
let registry: TestRegistry;
let root: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-platforms-'));
  registry = await startRegistry();
  await publishBase((architecture) => madeUpBaseOf(architecture));
  root = await writeSite(join(directory, 'site'), registry.host);
});
afterEach(async () => {
  await registry.close();
  await rm(directory, { recursive: true, force: true });
});

const both = ['linux/amd64', 'linux/arm64'] as const;
type PlatformName = (typeof both)[number];

/** `base:1` of the registry, an index of both platforms. */
async function publishBase(content: (architecture: Architecture) => readonly TestEntry[]): Promise<void> {
  const images = [];
  for (const architecture of ['amd64', 'arm64'] as const) {
    const image = await makeImage({ layers: [content(architecture)], architecture, config: { Env: ['PATH=/usr/local/bin:/usr/bin'] } });
    publish(registry, 'base', { image });
    images.push({ image, architecture });
  }
  registry.putManifest('base', { bytes: makeIndex(images), mediaType: 'application/vnd.oci.image.index.v1+json', tags: ['1'] });
}

interface Pushed {
  readonly image: Image | ImageIndex;
  readonly result: PutResult;
  readonly requests: readonly string[];
  readonly notes: readonly string[];
  /** Digests of the layers that were made, one for each time. */
  readonly made: readonly Digest[];
}

/** Builds and pushes as one run of the command would. */
async function push(platforms: readonly PlatformName[], { store = 'store' } = {}): Promise<Pushed> {
  const names = [`${registry.host}/site:latest`];
  const events: WherryEvent[] = [];
  const ctx = await context(store, events);
  const before = registry.seen.length;
  const session = startPush(ctx, { remote: true, verify: false });
  const targets = session.targets(names);
  const request = plainRequest(root, { flags: { values: { platforms: [...platforms] } } });
  const [planned] = await planImages(request, ctx, () => session.begin(targets));
  if (planned === undefined) throw new Error('nothing planned');
  const image = await buildImage(planned, ctx, { remote: session.cache(targets) });
  const made = events.flatMap((event) => (event.type === 'layer' && !event.reused ? [event.digest] : []));
  const result = await session.sink(planned.plans, new Set(made)).put(image, { references: names, signal: ctx.signal });
  const requests = registry.seen.slice(before).map(({ method, url }) => `${method} ${url.replace(/\?.*|uploads\/.+/, '')}`);
  return { image, result, requests, made, notes: events.flatMap((event) => (event.type === 'note' ? [event.message] : [])) };
}

async function context(store: string, events: WherryEvent[]): Promise<Context> {
  const env = { HOME: directory, WHERRY_BYTECODE: 'none' };
  const emit = (event: WherryEvent): void => void events.push(event);
  const opened = await openStore({ env, directory: join(directory, store) });
  return { env, store: opened, emit, http: createHttp({ env }), signal: new AbortController().signal, offline: false, workers: 1 };
}

const ownLayers = (image: Image | ImageIndex, at = 0): readonly (Digest | undefined)[] =>
  imagesOf(image)[at]?.layers.flatMap(({ recipe, digest }) => (recipe === undefined ? [] : [digest])) ?? [];

describe('an image for two platforms', () => {
  it('is an index whose platforms share what is pure, made once', async () => {
    const { image, made } = await push(both);
    expect(isIndex(image)).toBe(true);
    expect(imagesOf(image).map(({ platform }) => platform.architecture)).toEqual(['amd64', 'arm64']);
    expect(ownLayers(image, 1)).toEqual(ownLayers(image, 0));
    expect([...made].sort()).toEqual([...ownLayers(image)].sort());
    expect(imagesOf(image)[0]?.layers[0]?.digest).not.toBe(imagesOf(image)[1]?.layers[0]?.digest);
  });

  it('is sent children first, each shared layer once, and is one HEAD when nothing changed', async () => {
    const first = await push(both);
    const puts = first.requests.filter((line) => line.startsWith('PUT') && line.includes('/manifests/'));
    const children = imagesOf(first.image).map(({ descriptor }) => `PUT /v2/site/manifests/${descriptor.digest}`);
    expect(puts.slice(0, -1).sort()).toEqual([...children].sort());
    expect(puts.at(-1)).toBe('PUT /v2/site/manifests/latest');
    expect(first.result.layers).toEqual({ reused: 0, mounted: 2, sent: ownLayers(first.image).length });
    const again = await push(both);
    expect(again.requests).toEqual(['HEAD /v2/site/manifests/latest']);
    expect(again.made).toEqual([]);
  });

  it('does not depend on the order, and its children are the images of one platform', async () => {
    const index = await push(both);
    expect((await push(['linux/arm64', 'linux/amd64', 'linux/arm64'])).image.descriptor.digest).toBe(index.image.descriptor.digest);
    for (const [position, platform] of both.entries()) {
      const { image } = await push([platform]);
      expect(isIndex(image)).toBe(false);
      expect(image.descriptor.digest).toBe(imagesOf(index.image)[position]?.descriptor.digest);
    }
  });

  it('takes layers of an empty store from the previous image, each platform from its own', async () => {
    const first = await push(both);
    const cold = await push(both, { store: 'cold' });
    expect(cold.made).toEqual([]);
    expect(cold.image.descriptor.digest).toBe(first.image.descriptor.digest);
    expect(cold.requests.filter((line) => !line.startsWith('GET') && !line.startsWith('HEAD'))).toEqual([]);
  });

  it('makes nothing that an image of the other platform has, when a platform is added', async () => {
    await push(['linux/amd64']);
    const added = await push(both, { store: 'cold' });
    expect(added.made).toEqual([]);
    expect(added.notes).toContainEqual(expect.stringMatching(/^taking 3 layers from/));
  });
});

describe('platforms that are locked one after the other', () => {
  it('get the same base, although its tag moved on', async () => {
    await push(['linux/amd64']);
    await publishBase((architecture) => madeUpBaseOf(architecture, '3.13.6'));
    expect((await push(both)).notes).not.toContainEqual(expect.stringContaining('wherry lock --update'));
    expect(await readFile(join(root, 'wherry.lock'), 'utf8')).not.toContain('3.13.6');
  });

  it('are said to differ where they must', async () => {
    const only = await makeImage({ layers: [madeUpBaseOf('amd64')], config: { Env: ['PATH=/usr/bin'] } });
    publish(registry, 'base', { image: only, tags: ['1'] });
    await push(['linux/amd64']);
    await publishBase((architecture) => madeUpBaseOf(architecture, '3.13.6'));
    expect((await push(both)).notes).toContain(
      'site has Python 3.13.5 on linux/amd64, Python 3.13.6 on linux/arm64; wherry lock --update takes the newest for all',
    );
  });
});

describe('one platform of several', () => {
  it('needs what wherry.lock has of that one alone', async () => {
    const ctx = await context('store', []);
    const platforms = { flags: { values: { platforms: [...both] } } };
    await planImages(plainRequest(root, { flags: { values: { platforms: ['linux/amd64'] } } }), ctx);
    const locked = plainRequest(root, { ...platforms, lockMode: 'locked' });
    await expect(planImages(locked, ctx)).rejects.toMatchObject({ code: 'WHERRY_LOCK_INCOMPLETE' });
    const [planned] = await planImages({ ...locked, only: { os: 'linux', architecture: 'amd64' } }, ctx);
    expect(planned?.plans.map(({ platform }) => platform.architecture)).toEqual(['amd64']);
    expect(planned?.config.platforms).toHaveLength(2);
  });

  it('is none where the image is not for it', async () => {
    const request = plainRequest(root, { flags: { values: { platforms: ['linux/arm64'] } } });
    const [planned] = await planImages({ ...request, only: { os: 'linux', architecture: 'amd64' } }, await context('store', []));
    expect(planned?.plans.map(({ platform }) => platform.architecture)).toEqual(['arm64']);
  });
});

describe('a base with musl', () => {
  it('is an error that lists what has no wheel on any platform, before any request for one', async () => {
    await publishBase(madeUpAlpine);
    await writeFile(join(root, 'uv.lock'), lockWith(['quick', 'slow', 'pure']));
    await writeFile(join(root, 'pyproject.toml'), pyprojectWith(['quick', 'slow', 'pure']));
    await expect(push(both)).rejects.toMatchObject({
      code: 'WHEEL_NONE_FITS',
      message: '2 of 3 packages cannot be installed on linux/amd64 and linux/arm64, musl, Python 3.13',
      details: ['quick', 'slow'].map((name) => `${name} 1.0: uv.lock offers: cp313-manylinux_2_28_x86_64, cp313-manylinux_2_28_aarch64`),
      hint: 'use a glibc base, for example base = "python:3.13-slim"',
    });
  });
});

function pyprojectWith(names: readonly string[]): string {
  const settings = `[tool.wherry]\nbase = "${registry.host}/base:1"\n`;
  return `[project]\nname = "site"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = ${JSON.stringify(names)}\n\n${settings}`;
}

/** `pure` has a wheel for everything, the others for glibc only; no server has any of them. */
function lockWith(names: readonly string[]): string {
  const file = (name: string, tag: string) =>
    `  { url = "https://index.example/${name}-1.0-${tag}.whl", hash = "sha256:${'ab'.repeat(32)}", size = 10 },\n`;
  const tags = (name: string) =>
    name === 'pure' ? ['py3-none-any'] : ['cp313-cp313-manylinux_2_28_x86_64', 'cp313-cp313-manylinux_2_28_aarch64'];
  const packages = names.map((name) => {
    const wheels = tags(name).map((tag) => file(name, tag));
    return `\n[[package]]\nname = "${name}"\nversion = "1.0"\nsource = { registry = "https://index.example/simple" }\nwheels = [\n${wheels.join('')}]\n`;
  });
  const edges = names.map((name) => `    { name = "${name}" },\n`).join('');
  const requires = names.map((name) => `    { name = "${name}" },\n`).join('');
  const own = `dependencies = [\n${edges}]\n\n[package.metadata]\nrequires-dist = [\n${requires}]\n`;
  return `${siteLock}${own}${packages.join('')}`;
}
