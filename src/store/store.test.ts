import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asDiffId, digestOf } from '../digest.ts';
import {
  blobSink,
  openStore,
  pruneStore,
  removeLeftovers,
  type Store,
  type StoredLayer,
  sizeOfStore,
  storeDirectory,
  temporaryIn,
  verifyStore,
} from './index.ts';

let directory: string;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-store-'));
  store = await openStore({ env: {}, directory });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const hello = Buffer.from('hello');
const digest = digestOf(hello);

async function drain(source: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk as Uint8Array);
  return Buffer.concat(chunks);
}

describe('blobs', () => {
  it('keeps bytes under their digest', async () => {
    expect(await store.has(digest)).toBeUndefined();
    expect(await store.put(hello)).toBe(digest);
    expect(await store.has(digest)).toBe(5);
    expect(Buffer.from((await store.read(digest)) ?? [])).toEqual(hello);
    expect(await drain(await store.open(digest))).toEqual(hello);
    expect((await stat(store.path(digest))).mode & 0o077).toBe(0);
  });

  it('removes a damaged blob and reports it as absent', async () => {
    await store.put(hello);
    await writeFile(store.path(digest), 'jello');
    await expect(drain(await store.open(digest))).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    expect(await store.has(digest)).toBeUndefined();
    await store.put(hello);
    await writeFile(store.path(digest), 'jello');
    expect(await store.read(digest)).toBeUndefined();
    expect(await store.has(digest)).toBeUndefined();
    await expect(store.open(digest)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
  });

  it('commits what a writer was given, or nothing', async () => {
    const good = await store.writer();
    await good.write(Buffer.from('hel'));
    await good.write(Buffer.from('lo'));
    expect(await good.commit(digest)).toEqual({ digest, size: 5 });
    const bad = await store.writer();
    await bad.write(Buffer.from('other'));
    await expect(bad.commit(digest)).rejects.toMatchObject({ code: 'BLOB_HASH' });
    const left = await store.writer();
    await left.write(hello);
    await left.abort();
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
  });

  it('takes blobs from worker threads', () => {
    const sink = blobSink(directory);
    sink.write(hello);
    sink.write(new Uint8Array(300_000));
    const expected = digestOf(Buffer.concat([hello, new Uint8Array(300_000)]));
    sink.commit(expected);
    sink.abort();
    expect(digestOf(readFileSync(join(directory, 'blobs-v1/sha256', expected.slice(7, 9), expected.slice(7))))).toBe(expected);
    const other = blobSink(directory);
    other.write(hello);
    other.abort();
    return expect(readdir(join(directory, 'tmp'))).resolves.toEqual([]);
  });
});

it('removes what stopped threads of this process left, and nothing of others', async () => {
  const mine = temporaryIn(directory);
  const [, host] = /^([0-9a-f]{8})-/.exec(basename(mine)) ?? [];
  const other = join(directory, 'tmp', `${host}-${process.pid + 1}-0123456789ab`);
  await writeFile(mine, 'half');
  await writeFile(other, 'half');
  await removeLeftovers(directory);
  await expect(readdir(join(directory, 'tmp'))).resolves.toEqual([basename(other)]);
});

/** Bytes that the next download would start with. */
async function kept(from: Store): Promise<number> {
  const partial = await from.partial(digest);
  const { offset } = partial;
  await partial.abort();
  return offset;
}

describe('partial downloads', () => {
  it('go on where the last one stopped', async () => {
    const first = await store.partial(digest);
    expect(first.offset).toBe(0);
    await first.write(Buffer.from('hel'));
    await first.abort();
    const second = await store.partial(digest);
    expect(second.offset).toBe(3);
    await second.write(Buffer.from('lo'));
    expect(await second.commit(digest)).toEqual({ digest, size: 5 });
    expect(await readdir(join(directory, 'partial-v1'))).toEqual([]);
  });

  it('belong to one writer at a time and can start again', async () => {
    const first = await store.partial(digest);
    await first.write(Buffer.from('xxx'));
    const second = await store.partial(digest);
    expect(second.offset).toBe(0);
    await second.write(Buffer.from('h'));
    await first.restart();
    await first.write(hello);
    await first.commit(digest);
    await second.abort();
    expect(await kept(store)).toBe(1);
  });

  it('survive a killed process', async () => {
    const dead = (await readdir(join(directory, 'tmp'))).length;
    expect(dead).toBe(0);
    const partial = await store.partial(digest);
    await partial.write(Buffer.from('hel'));
    const [name] = await readdir(join(directory, 'tmp'));
    const foreign = `${name}`.replace(/-\d+-/, '-999999999-');
    await writeFile(join(directory, 'tmp', foreign), 'hel');
    await writeFile(join(directory, 'tmp', foreign.replace(/\..*/, '')), 'rest of a blob');
    await partial.restart();
    await partial.abort();
    const again = await openStore({ env: {}, directory });
    expect(await readdir(join(directory, 'tmp'))).toEqual([]);
    expect(await kept(again)).toBe(3);
  });
});

describe('records', () => {
  const recipe = digestOf('recipe');
  const layer = { digest, diffId: asDiffId(digestOf('tar')), size: 5, tarSize: 1024 };

  it('answers with a layer only while its blob is there', async () => {
    await store.putLayer(recipe, layer);
    expect(await store.layer(recipe)).toBeUndefined();
    await store.put(hello);
    expect(await store.layer(recipe)).toEqual(layer);
    expect(await store.layer(digest)).toBeUndefined();
  });

  it('keeps how a layer was made, and takes records without it or with nonsense', async () => {
    await store.put(hello);
    const parts = { spliced: { files: 1, bytes: 20_000 }, compressed: { files: 2, bytes: 30 } };
    await store.putLayer(recipe, { ...layer, parts });
    expect(await store.layer(recipe)).toEqual({ ...layer, parts });
    for (const odd of [null, 1, {}, { ...parts, spliced: { files: -1, bytes: 0 } }, { ...parts, compressed: { files: 1 } }]) {
      await store.putLayer(recipe, { ...layer, parts: odd } as unknown as StoredLayer);
      expect(await store.layer(recipe)).toEqual(layer);
    }
  });

  it('treats damaged records as absent', async () => {
    await store.put(hello);
    await store.putLayer(recipe, layer);
    const [name] = await readdir(join(directory, 'layers-v1'));
    await writeFile(join(directory, 'layers-v1', `${name}`), `${'0'.repeat(64)}\n${JSON.stringify(layer)}`);
    expect(await store.layer(recipe)).toBeUndefined();
  });

  it('keeps documents by kind and key', async () => {
    await store.putDocument('image', 'a/b', { x: 1 });
    expect(await store.document('image', 'a/b')).toEqual({ x: 1 });
    expect(await store.document('image', 'other')).toBeUndefined();
    await expect(async () => store.document('../x', 'y')).rejects.toThrow('kind');
  });

  it('does not write what is there, but counts it as used', async () => {
    await store.putDocument('image', 'a', { x: 1 });
    const folder = join(directory, 'documents-v1/image');
    const path = join(folder, (await readdir(folder))[0] ?? '');
    const { ino } = await stat(path);
    await utimes(path, 0, 0);
    await store.putDocument('image', 'a', { x: 1 });
    expect((await stat(path)).ino).toBe(ino);
    expect((await pruneStore(directory)).files).toBe(0);
    await store.putDocument('image', 'a', { x: 2 });
    expect((await stat(path)).ino).not.toBe(ino);
    expect(await store.document('image', 'a')).toEqual({ x: 2 });
  });
});

describe('upkeep', () => {
  it('counts, checks and prunes', async () => {
    await store.put(hello);
    await store.putLayer(digestOf('r'), { digest, diffId: asDiffId(digest), size: 5, tarSize: 5 });
    expect(await sizeOfStore(directory)).toMatchObject({ blobs: 1, layers: 1, partials: 0 });
    expect((await verifyStore(directory)).problems).toEqual([]);
    expect(await pruneStore(directory)).toEqual({ bytes: 0, files: 0 });
    await writeFile(store.path(digest), 'jello');
    expect((await verifyStore(directory)).problems).toHaveLength(1);
    await rm(store.path(digest));
    expect((await verifyStore(directory)).problems).toEqual([expect.stringContaining('which is not there')]);
    expect((await pruneStore(directory, { all: true })).files).toBe(1);
    expect(await verifyStore(directory)).toMatchObject({ blobs: 0, layers: 0, problems: [] });
  });
});

describe('opening', () => {
  it('is private, marked as a cache, and found by the environment', async () => {
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readdir(directory)).toContain('CACHEDIR.TAG');
    expect(storeDirectory({ WHERRY_CACHE_DIR: '/c', XDG_CACHE_HOME: '/x' })).toBe('/c');
    expect(storeDirectory({ XDG_CACHE_HOME: '/x', HOME: '/h' })).toBe('/x/wherry');
    expect(storeDirectory({ HOME: '/h' })).toBe('/h/.cache/wherry');
  });

  it('refuses a directory that others can write', async () => {
    await chmod(directory, 0o777);
    await expect(openStore({ env: {}, directory })).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
  });

  it('says when the place can not be used', async () => {
    await writeFile(join(directory, 'file'), '');
    await expect(openStore({ env: {}, directory: join(directory, 'file', 'x') })).rejects.toMatchObject({ code: 'STORE_UNUSABLE' });
  });
});
