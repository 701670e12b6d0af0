import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fileServer, sampleContext, sampleSuite, signedAt, testKey } from '../../test/debianArchive.ts';
import { openStore, type Store } from '../store/index.ts';
import { type LockDebianOptions, lockDebianBase } from './lock.ts';
import { basePackages } from './packages.ts';

const mirrors = { debian: 'https://mirror.example/debian', 'debian-security': 'https://mirror.example/debian-security' };
const platform = { os: 'linux', architecture: 'amd64' } as const;
let key: Awaited<ReturnType<typeof testKey>>;
let directory: string;
let store: Store;

beforeAll(async () => {
  key = await testKey();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-debian-'));
  store = await openStore({ env: {}, directory });
});
afterEach(() => rm(directory, { recursive: true, force: true }));

function paragraph(name: string, version: string, fields: Readonly<Record<string, string>> = {}): string {
  const all = {
    Package: name,
    Version: version,
    Architecture: 'amd64',
    Filename: `pool/main/x/${name}_${version}_amd64.deb`,
    Size: '1000',
    SHA256: 'c'.repeat(64),
    ...fields,
  };
  return `${Object.entries(all)
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('')}\n`;
}

const everything = basePackages(13, true).map((name) => paragraph(name, '2.0-1'));

interface Indexes {
  readonly main?: string;
  readonly updates?: string;
  readonly security?: string;
}

async function archive({ main = everything.join(''), updates = '\n', security = '\n' }: Indexes): Promise<Record<string, Uint8Array>> {
  const suite = (name: string, archiveName: keyof typeof mirrors, index: string) =>
    sampleSuite({ mirror: mirrors[archiveName], suite: name, architecture: 'amd64', index }, key.privateKey);
  return {
    ...(await suite('trixie', 'debian', main)),
    ...(await suite('trixie-updates', 'debian', updates)),
    ...(await suite('trixie-security', 'debian-security', security)),
  };
}

function options(files: Readonly<Record<string, Uint8Array>>): LockDebianOptions & { readonly asked: string[] } {
  const { http, asked } = fileServer(files);
  const ctx = sampleContext(http, store);
  return { release: 13, shell: true, platform, mirrors, ctx, keys: async () => [key.publicKey], now: signedAt, asked };
}

describe('lockDebianBase', () => {
  it('takes the highest version over all suites, with its archive', async () => {
    const security = paragraph('libc6', '2.0-1+deb13u1') + paragraph('zlib1g', '1.9-9');
    const updates = paragraph('tzdata', '2026f-1', { Architecture: 'all', Size: '7' }) + paragraph('unwanted', '9');
    const base = await lockDebianBase(options(await archive({ security, updates })));
    expect(base).toMatchObject({ kind: 'debian', release: 13, shell: true });
    expect(base.packages.map(({ name }) => name)).toEqual(basePackages(13, true));
    const find = (name: string) => base.packages.find((item) => item.name === name);
    expect(find('libc6')).toEqual({
      name: 'libc6',
      version: '2.0-1+deb13u1',
      architecture: 'amd64',
      archive: 'debian-security',
      path: 'pool/main/x/libc6_2.0-1+deb13u1_amd64.deb',
      size: 1000,
      sha256: `sha256:${'c'.repeat(64)}`,
    });
    expect(find('zlib1g')).toMatchObject({ version: '2.0-1', archive: 'debian' });
    expect(find('tzdata')).toMatchObject({ version: '2026f-1', architecture: 'all', archive: 'debian', size: 7 });
  });

  it('keeps the higher of two versions in one index', async () => {
    const main = everything.join('') + paragraph('netbase', '10.0') + paragraph('netbase', '9.0');
    const { packages } = await lockDebianBase(options(await archive({ main })));
    expect(packages.find(({ name }) => name === 'netbase')?.version).toBe('10.0');
  });

  it('asks for indexes by hash, and for unchanged ones never again', async () => {
    const files = await archive({});
    const first = options(files);
    await lockDebianBase(first);
    expect(first.asked.filter((url) => url.includes('Packages'))).toEqual([]);
    expect(first.asked.filter((url) => url.includes('/by-hash/SHA256/'))).toHaveLength(3);
    const second = options(files);
    await lockDebianBase(second);
    expect(second.asked.every((url) => url.endsWith('/InRelease'))).toBe(true);
  });

  it('takes an index by its plain name from a mirror that has none by hash', async () => {
    const files = await archive({});
    const plain = Object.entries(files).map(([url, bytes]) => [url.replace(/by-hash\/SHA256\/.*/, 'Packages.xz'), bytes]);
    const { packages } = await lockDebianBase(options(Object.fromEntries(plain)));
    expect(packages).toHaveLength(basePackages(13, true).length);
  });

  it('has no busybox without a shell', async () => {
    const { packages } = await lockDebianBase({ ...options(await archive({})), shell: false });
    expect(packages.map(({ name }) => name)).toEqual(basePackages(13, false));
    expect(packages.some(({ name }) => name === 'busybox')).toBe(false);
  });

  it('ends in DEB_INDEX_HASH when an index was altered', async () => {
    const files = await archive({});
    const url = Object.keys(files).find((name) => name.includes('/trixie/') && name.includes('by-hash')) ?? '';
    for (const altered of [
      Buffer.from(files[url] ?? []).fill(0, 100, 101),
      Buffer.concat([files[url] ?? Buffer.alloc(0), Buffer.from('x')]),
    ]) {
      await expect(lockDebianBase(options({ ...files, [url]: altered }))).rejects.toMatchObject({ code: 'DEB_INDEX_HASH' });
    }
  });

  it('ends in DEB_SIGNATURE when an InRelease file was altered', async () => {
    const files = await archive({});
    const url = `${mirrors.debian}/dists/trixie/InRelease`;
    const altered = Buffer.from(
      Buffer.from(files[url] ?? [])
        .toString()
        .replace('Packages.xz', 'packages.xz'),
    );
    await expect(lockDebianBase(options({ ...files, [url]: altered }))).rejects.toMatchObject({ code: 'DEB_SIGNATURE' });
  });

  it('says what a mirror lacks', async () => {
    const files = await archive({});
    const without = (part: string) => Object.fromEntries(Object.entries(files).filter(([url]) => !url.includes(part)));
    await expect(lockDebianBase(options(without('trixie/main')))).rejects.toMatchObject({ code: 'DEB_INDEX' });
    await expect(lockDebianBase(options(without('trixie-updates/InRelease')))).rejects.toMatchObject({ code: 'DEB_INDEX' });
    const arm = { ...options(files), platform: { os: 'linux', architecture: 'arm64' } as const };
    await expect(lockDebianBase(arm)).rejects.toMatchObject({ code: 'DEB_INDEX', message: /arm64/ });
    const main = everything.filter((text) => !text.startsWith('Package: netbase\n')).join('');
    await expect(lockDebianBase(options(await archive({ main })))).rejects.toMatchObject({ code: 'DEB_NOT_FOUND', message: /netbase/ });
  });

  it('refuses a new dependency', async () => {
    const security = paragraph('libc6', '3.0', { Depends: 'libnew1' });
    await expect(lockDebianBase(options(await archive({ security })))).rejects.toMatchObject({ code: 'DEB_CLOSURE' });
  });

  it.each([
    ['a path that leaves the archive', { Filename: 'pool/../../etc/passwd.deb' }],
    ['a path with a query', { Filename: 'pool/main/x/y.deb?x' }],
    ['another architecture', { Architecture: 'i386' }],
    ['no hash', { SHA256: '' }],
    ['no size', { Size: 'many' }],
  ])('refuses an entry with %s', async (_what, fields) => {
    const security = paragraph('libc6', '3.0', fields);
    await expect(lockDebianBase(options(await archive({ security })))).rejects.toMatchObject({ code: 'DEB_INDEX', message: /libc6/ });
  });
});
