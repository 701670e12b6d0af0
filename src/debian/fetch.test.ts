import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fileServer, sampleContext } from '../../test/debianArchive.ts';
import type { DebianPackage } from '../base/facts.ts';
import { digestOf } from '../digest.ts';
import { openStore, type Store } from '../store/index.ts';
import { fetchDebs } from './fetch.ts';

const mirrors = { debian: 'http://mirror.example/debian', 'debian-security': 'http://mirror.example/debian-security' };
let directory: string;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-debian-'));
  store = await openStore({ env: {}, directory });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function locked(name: string, bytes: Uint8Array, archive: DebianPackage['archive'] = 'debian'): DebianPackage {
  const path = `pool/main/${name}.deb`;
  return { name, version: '1.0-1', architecture: 'amd64', archive, path, size: bytes.length, sha256: digestOf(bytes) };
}

const [one, two] = [Buffer.from('package one'), Buffer.from('package two')];
const packages = [locked('one', one), locked('two', two, 'debian-security')];
const files = { [`${mirrors.debian}/pool/main/one.deb`]: one, [`${mirrors['debian-security']}/pool/main/two.deb`]: two };

describe('fetchDebs', () => {
  it('brings missing packages from their archives, and asks for nothing that is there', async () => {
    const first = fileServer(files);
    await fetchDebs(packages, mirrors, sampleContext(first.http, store));
    expect(first.asked.sort()).toEqual(Object.keys(files).sort());
    expect(await store.has(digestOf(one))).toBe(one.length);
    expect(await store.has(digestOf(two))).toBe(two.length);
    const second = fileServer({});
    await fetchDebs(packages, mirrors, sampleContext(second.http, store));
    expect(second.asked).toEqual([]);
  });

  it('does not look for a mirror unless something is missing', async () => {
    const noMirror = () => {
      throw new Error('no mirror');
    };
    const ctx = sampleContext(fileServer({}).http, store);
    await expect(fetchDebs(packages, noMirror, ctx)).rejects.toThrow('no mirror');
    for (const bytes of [one, two]) await store.put(bytes);
    await expect(fetchDebs(packages, noMirror, ctx)).resolves.toBeUndefined();
  });

  it('ends in DEB_GONE with package, version and next step', async () => {
    const ctx = sampleContext(fileServer({ ...files, [`${mirrors.debian}/pool/main/one.deb`]: undefined as never }).http, store);
    await expect(fetchDebs(packages, mirrors, ctx)).rejects.toMatchObject({
      code: 'DEB_GONE',
      message: expect.stringContaining('one 1.0-1 (amd64)'),
      hint: expect.stringContaining('wherry lock --update'),
    });
  });

  it('asks a snapshot service for what the mirror no longer has', async () => {
    const snapshot = { debian: 'https://snap.example/debian', 'debian-security': 'https://snap.example/debian-security' };
    const { http, asked } = fileServer({ 'https://snap.example/debian/pool/main/one.deb': one });
    await fetchDebs(packages.slice(0, 1), { ...mirrors, snapshot }, sampleContext(http, store));
    expect(asked).toEqual([`${mirrors.debian}/pool/main/one.deb`, `${snapshot.debian}/pool/main/one.deb`]);
    expect(await store.has(digestOf(one))).toBe(one.length);
  });

  it.each([
    ['other bytes', Buffer.from('package uno')],
    ['more bytes', Buffer.from('package one and more')],
  ])('ends in DEB_HASH for %s and keeps nothing', async (_what, bytes) => {
    const ctx = sampleContext(fileServer({ ...files, [`${mirrors.debian}/pool/main/one.deb`]: bytes }).http, store);
    await expect(fetchDebs(packages, mirrors, ctx)).rejects.toMatchObject({
      code: 'DEB_HASH',
      message: expect.stringContaining('one 1.0-1'),
    });
    expect(await store.has(digestOf(bytes))).toBeUndefined();
    expect(await store.has(digestOf(one))).toBeUndefined();
  });
});
