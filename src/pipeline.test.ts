import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeImage, publish } from '../test/images.ts';
import { startRegistry, type TestRegistry } from '../test/registry/index.ts';
import { madeUpBase, plainRequest, siteLock, writeSite } from '../test/smallSite.ts';
import type { Context } from './context.ts';
import type { WherryEvent } from './events.ts';
import { createHttp } from './http/index.ts';
import { buildImage, planImages } from './pipeline.ts';
import { lockProject } from './pipeline-lock.ts';
import type { BuildRequest } from './request.ts';
import { openStore } from './store/index.ts';

let directory: string;
let registry: TestRegistry;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-pipeline-'));
  registry = await startRegistry();
  publish(registry, 'base', {
    image: await makeImage({ layers: [madeUpBase], config: { Env: ['PATH=/usr/bin', 'LANG=C.UTF-8'] } }),
    tags: ['1'],
  });
});

afterEach(async () => {
  await registry.close();
  await rm(directory, { recursive: true, force: true });
});

async function project(name: string): Promise<string> {
  return await writeSite(join(directory, name), registry.host);
}

interface Built {
  readonly digest: string;
  readonly reused: number;
}

async function build(root: string, storeName: string, options: Partial<BuildRequest> = {}): Promise<Built> {
  const events: WherryEvent[] = [];
  const ctx = await context(storeName, events);
  const [planned] = await planImages(plainRequest(root, options), ctx);
  const image = await buildImage(planned as NonNullable<typeof planned>, ctx);
  return { digest: image.descriptor.digest, reused: events.filter((event) => event.type === 'layer' && event.reused).length };
}

async function context(storeName: string, events: WherryEvent[] = []): Promise<Context> {
  const env = { HOME: directory, WHERRY_BYTECODE: 'none' };
  const store = await openStore({ env, directory: join(directory, storeName) });
  const emit = (event: WherryEvent): void => {
    events.push(event);
  };
  return { env, store, emit, http: createHttp({ env }), signal: new AbortController().signal, offline: false, workers: 1 };
}

describe('a build', () => {
  it('has one digest with the store empty, full, and with the facts only', async () => {
    const root = await project('a');
    const empty = await build(root, 'store-1');
    const full = await build(root, 'store-1');
    const factsOnly = await build(root, 'store-2', { lockMode: 'locked' });
    expect(empty.reused).toBe(0);
    expect(full.reused).toBeGreaterThan(0);
    expect(factsOnly.reused).toBe(0);
    expect([full.digest, factsOnly.digest]).toEqual([empty.digest, empty.digest]);
  });

  it('has one digest in two directories', async () => {
    const [one, two] = [await build(await project('one'), 'store-1'), await build(await project('two'), 'store-2')];
    expect(two.digest).toBe(one.digest);
  });

  it('sends nothing to the registry of the base when wherry.lock is complete, and never reads a layer twice', async () => {
    const root = await project('a');
    await build(root, 'store-1');
    expect(registry.count(/GET .*\/blobs\//)).toBe(2);
    const before = registry.seen.length;
    await build(root, 'store-2', { lockMode: 'locked' });
    expect(registry.seen.length - before).toBeLessThanOrEqual(2);
    expect(registry.count(/GET .*\/blobs\//)).toBe(2);
  });

  it('changes its digest with a source file, and with SOURCE_DATE_EPOCH', async () => {
    const root = await project('a');
    const first = await build(root, 'store');
    expect((await build(root, 'store', { created: 1_700_000_000 })).digest).not.toBe(first.digest);
    await writeFile(join(root, 'main.py'), 'print("other")\n');
    expect((await build(root, 'store')).digest).not.toBe(first.digest);
  });

  it('refuses a stale lock unless it is frozen', async () => {
    const root = await project('a');
    await writeFile(join(root, 'uv.lock'), siteLock.replace('>=3.11', '>=3.12'));
    await expect(build(root, 'store')).rejects.toMatchObject({ code: 'LOCK_STALE' });
    await expect(build(root, 'store', { frozen: true })).resolves.toMatchObject({ reused: 0 });
  });

  it('writes nothing in locked mode', async () => {
    const root = await project('a');
    await expect(build(root, 'store', { lockMode: 'locked' })).rejects.toMatchObject({ code: 'WHERRY_LOCK_INCOMPLETE' });
    expect(registry.seen.length).toBe(0);
  });
});

describe('wherry lock', () => {
  const options = { update: false, check: false };

  it('adds what is missing, then nothing', async () => {
    const root = await project('a');
    const ctx = await context('store');
    expect(await lockProject(plainRequest(root), { ...options, ctx })).toMatchObject({
      written: true,
      changes: [expect.stringContaining('Python 3.13.5')],
    });
    expect(await lockProject(plainRequest(root), { ...options, ctx })).toMatchObject({ written: false, changes: [] });
  });

  it('works although CI is set, because the user asked for it', async () => {
    const root = await project('a');
    expect(await lockProject(plainRequest(root, { lockMode: 'locked' }), { ...options, ctx: await context('store') })).toMatchObject({
      written: true,
    });
  });

  it('says with --check what is missing, and takes a new base only with --update', async () => {
    const root = await project('a');
    const ctx = await context('store');
    expect((await lockProject(plainRequest(root), { update: false, check: true, ctx })).problems).toEqual([
      expect.stringContaining('wherry.lock lacks'),
    ]);
    await lockProject(plainRequest(root), { ...options, ctx });
    expect((await lockProject(plainRequest(root), { update: false, check: true, ctx })).problems).toEqual([]);
    publish(registry, 'base', { image: await makeImage({ layers: [[...madeUpBase, { path: 'new', content: 'x' }]] }), tags: ['1'] });
    expect((await lockProject(plainRequest(root), { ...options, ctx })).written).toBe(false);
    expect((await lockProject(plainRequest(root), { update: true, check: false, ctx })).written).toBe(true);
  });
});
