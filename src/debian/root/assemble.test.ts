import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DebEntry, type DebOptions, makeDeb, makeElf } from '../../../test/debianPackage.ts';
import { type Digest, digestOf } from '../../digest.ts';
import type { DebianRootRecipe } from '../../plan/recipe.ts';
import { openScratch, openStore, type Scratch } from '../../store/index.ts';
import { compareTarPaths, epoch, type LayerEntry } from '../../tar/index.ts';
import { assembleDebianRoot } from './assemble.ts';

let temporary: string;
let scratch: Scratch;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'wherry-root-'));
  await openStore({ env: {}, directory: temporary });
  scratch = openScratch(temporary);
});
afterAll(async () => {
  scratch.close();
  await rm(temporary, { recursive: true, force: true });
});

interface Sample extends Partial<Omit<DebOptions, 'files'>> {
  readonly name: string;
  readonly files?: readonly DebEntry[];
}

interface Root {
  readonly entries: readonly LayerEntry[];
  get(path: string): LayerEntry;
  has(path: string): boolean;
  text(path: string): string;
}

async function assemble(samples: readonly Sample[], options: Partial<DebianRootRecipe> = {}): Promise<Root> {
  const blobs = new Map<Digest, Uint8Array>();
  const packages: DebianRootRecipe['packages'][number][] = [];
  for (const { name, files = [], extra = {}, control = {} } of samples) {
    const identity = { name, version: '2.41-1', architecture: 'amd64' } as const;
    const fields = { Package: name, Version: identity.version, Architecture: 'amd64', ...control };
    const bytes = await makeDeb({ control: fields, extra, files });
    blobs.set(digestOf(bytes), bytes);
    packages.push({ ...identity, sha256: digestOf(bytes) });
  }
  const recipe: DebianRootRecipe = {
    kind: 'debian-root',
    format: 2,
    release: 13,
    architecture: 'amd64',
    shell: false,
    packages,
    ...options,
  };
  const entries = await assembleDebianRoot(recipe, { readDeb: (sha256) => blobs.get(sha256) ?? Buffer.alloc(0), scratch });
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  const get = (path: string) => {
    const entry = byPath.get(path);
    if (!entry) throw new Error(`no entry ${path}`);
    return entry;
  };
  const text = (path: string) => {
    const entry = get(path);
    return entry.type === 'file' ? Buffer.concat(Array.from(entry.content(), (piece) => Buffer.from(piece))).toString('utf8') : '';
  };
  return { entries, get, has: (path) => byPath.has(path), text };
}

const directory = (name: string, mode = 0o755): DebEntry => ({ name, type: 'directory', mode });
const link = (name: string, linkname: string): DebEntry => ({ name, type: 'symlink', linkname });
const md5 = (text: string) => createHash('md5').update(text).digest('hex');

describe('assembleDebianRoot', () => {
  it('gives each path once, sorted, with parents and the fixed time', async () => {
    const { entries, get } = await assemble([
      { name: 'base-files', files: [directory('./usr/'), { name: './usr/share/a/b', data: 'x', uid: 5, gid: 50, mode: 0o2755 }] },
      { name: 'other', files: [directory('./usr/'), { name: './usr/share/a/c', data: 'y' }] },
    ]);
    const paths = entries.map(({ path }) => path);
    expect(paths).toEqual([...new Set(paths)].sort(compareTarPaths));
    for (const path of paths.filter((name) => name.includes('/'))) {
      expect(get(path.slice(0, path.lastIndexOf('/'))).type).toBe('directory');
    }
    expect(entries.every(({ mtime }) => mtime === epoch)).toBe(true);
    expect(get('usr/share/a/b')).toMatchObject({ type: 'file', uid: 5, gid: 50, mode: 0o2755, size: 1 });
  });

  it('makes what scripts would have made', async () => {
    const root = await assemble([
      {
        name: 'base-files',
        extra: { postinst: '#!/bin/sh\n' },
        files: [directory('./var/run/'), directory('./var/lock/', 0o1777), directory('./tmp/', 0o755)],
      },
      {
        name: 'libc-bin',
        files: [
          { name: './usr/share/libc-bin/nsswitch.conf', data: 'hosts: files dns\n' },
          { name: './usr/sbin/ldconfig', data: 'x' },
        ],
      },
      {
        name: 'ca-certificates',
        files: [
          { name: './usr/share/ca-certificates/mozilla/B.crt', data: 'second' },
          { name: './usr/share/ca-certificates/mozilla/A.crt', data: 'first\n' },
          { name: './usr/share/ca-certificates/README', data: 'no' },
        ],
      },
    ]);
    expect(root.text('etc/nsswitch.conf')).toBe('hosts: files dns\n');
    expect(root.text('etc/ssl/certs/ca-certificates.crt')).toBe('first\nsecond\n');
    expect(root.text('etc/passwd')).toMatch(/^root:\*:0:0:.*\nnobody:\*:65534:65534:.*\n$/);
    expect(
      root
        .text('etc/group')
        .split('\n')
        .map((line) => line.split(':')[0]),
    ).toEqual(['root', 'tty', 'staff', 'users', 'nogroup', '']);
    expect(root.text('etc/hosts')).toMatch(/^127\.0\.0\.1\tlocalhost\n/);
    const links = Object.fromEntries(root.entries.flatMap((entry) => (entry.type === 'symlink' ? [[entry.path, entry.target]] : [])));
    expect(links).toEqual({
      bin: 'usr/bin',
      lib: 'usr/lib',
      lib64: 'usr/lib64',
      sbin: 'usr/sbin',
      'etc/localtime': '/usr/share/zoneinfo/Etc/UTC',
      'etc/dpkg/origins/default': 'debian',
      'var/run': '/run',
      'var/lock': '/run/lock',
    });
    for (const path of ['tmp', 'var/tmp', 'run/lock']) expect(root.get(path)).toMatchObject({ type: 'directory', mode: 0o1777 });
    expect(root.get('root')).toMatchObject({ mode: 0o700 });
    expect(root.get('usr/local/lib/python3.13/dist-packages').type).toBe('directory');
    expect(['usr/share/libc-bin', 'usr/share/ca-certificates', 'app'].filter(root.has)).toEqual([]);
  });

  it('moves files below usr/ and keeps links pointing at the same files', async () => {
    const root = await assemble([
      {
        name: 'libc6',
        files: [
          directory('./lib/'),
          directory('./lib64/'),
          { name: './lib/x86_64-linux-gnu/libc.so.6', data: 'libc' },
          link('./lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
          link('./lib/x86_64-linux-gnu/libx.so', 'libc.so.6'),
          link('./usr/lib/y', '../../etc/y'),
        ],
      },
    ]);
    expect(root.entries.filter(({ path }) => path.startsWith('lib'))).toMatchObject([{ type: 'symlink' }, { type: 'symlink' }]);
    expect(root.text('usr/lib/x86_64-linux-gnu/libc.so.6')).toBe('libc');
    expect(root.get('usr/lib64/ld-linux-x86-64.so.2')).toMatchObject({ target: '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' });
    expect(root.get('usr/lib/x86_64-linux-gnu/libx.so')).toMatchObject({ target: 'libc.so.6' });
    expect(root.get('usr/lib/y')).toMatchObject({ target: '../../etc/y' });
  });

  it('writes a dpkg database of what was kept', async () => {
    const root = await assemble([
      {
        name: 'libc6',
        control: { 'Multi-Arch': 'same', Description: 'C library' },
        extra: {
          conffiles: '/etc/kept.conf\n/etc/issue\n',
          md5sums: `${md5('doc')}  usr/share/doc/libc6/README\n${md5('text')}  usr/share/doc/libc6/copyright\n`,
        },
        files: [
          directory('./usr/share/doc/libc6/'),
          { name: './usr/share/doc/libc6/README', data: 'doc' },
          { name: './usr/share/doc/libc6/copyright', data: 'text' },
          { name: './etc/kept.conf', data: 'conf' },
          { name: './etc/issue', data: 'hello' },
        ],
      },
      { name: 'netbase', extra: { postinst: '' } },
    ]);
    expect(root.text('var/lib/dpkg/status')).toBe(
      [
        'Package: libc6\nStatus: install ok installed\nVersion: 2.41-1\nArchitecture: amd64\nMulti-Arch: same\nDescription: C library',
        `Conffiles:\n /etc/kept.conf ${md5('conf')}\n`,
        'Package: netbase\nStatus: install ok installed\nVersion: 2.41-1\nArchitecture: amd64\n\n',
      ].join('\n'),
    );
    expect(root.text('var/lib/dpkg/info/libc6:amd64.list')).toBe(
      '/.\n/usr/share/doc/libc6\n/usr/share/doc/libc6/copyright\n/etc/kept.conf\n',
    );
    expect(root.text('var/lib/dpkg/info/libc6:amd64.md5sums')).toBe(`${md5('text')}  usr/share/doc/libc6/copyright\n`);
    expect(root.text('var/lib/dpkg/info/netbase.list')).toBe('/.\n');
    expect(root.text('var/lib/dpkg/info/format')).toBe('1\n');
    for (const name of ['available', 'diversions', 'statoverride']) expect(root.text(`var/lib/dpkg/${name}`)).toBe('');
  });

  it('lists libraries in the loader cache by soname and shown directory', async () => {
    const libraries = './usr/lib/x86_64-linux-gnu';
    const root = await assemble([
      {
        name: 'libc6',
        files: [
          { name: './etc/ld.so.conf', data: 'include /etc/ld.so.conf.d/*.conf\n' },
          { name: './etc/ld.so.conf.d/multi.conf', data: '# comment\n/lib/x86_64-linux-gnu\n/usr/lib/x86_64-linux-gnu\n' },
          { name: `${libraries}/libreal.so.1.2`, data: makeElf({ soname: 'libreal.so.1' }) },
          link(`${libraries}/libreal.so.1`, 'libreal.so.1.2'),
          { name: `${libraries}/libarm.so.1`, data: makeElf({ soname: 'libarm.so.1', machine: 183 }) },
          { name: `${libraries}/libtext.so.1`, data: 'text' },
          link(`${libraries}/libgone.so.1`, 'nowhere'),
          { name: './usr/lib/libtop.so', data: makeElf({}) },
        ],
      },
    ]);
    const cache = root.text('etc/ld.so.cache');
    expect(cache.match(/\/[\w/.-]+\.so[\w.]*/g)?.sort()).toEqual(['/lib/libtop.so', '/lib/x86_64-linux-gnu/libreal.so.1']);
    expect(cache.endsWith('ldconfig (Debian GLIBC 2.41-1) stable release version 2.41')).toBe(true);
  });

  it('has sh with a shell only, and lib64 on amd64 only', async () => {
    const busybox = { name: 'busybox', files: [{ name: './usr/bin/busybox', data: 'x', mode: 0o755 }] };
    expect((await assemble([busybox], { shell: true })).get('usr/bin/sh')).toMatchObject({ target: 'busybox' });
    expect((await assemble([busybox])).has('usr/bin/sh')).toBe(false);
    expect((await assemble([], { architecture: 'arm64' })).has('lib64')).toBe(false);
    await expect(assemble([], { architecture: 's390x' })).rejects.toThrow(TypeError);
  });

  it('copies hard links', async () => {
    const files: readonly DebEntry[] = [
      { name: './usr/share/one', data: 'same' },
      { name: './usr/share/two', type: 'link', linkname: './usr/share/one' },
    ];
    expect((await assemble([{ name: 'tzdata', files }])).text('usr/share/two')).toBe('same');
  });

  it.each<[string, readonly Sample[], string]>([
    ['a script nobody has read', [{ name: 'newpackage', extra: { postinst: '#!/bin/sh\n' } }], 'DEB_SCRIPT'],
    [
      'one path in two packages',
      [
        { name: 'netbase', files: [{ name: './etc/x', data: '1' }] },
        { name: 'tzdata', files: [{ name: './etc/x', data: '1' }] },
      ],
      'DEB_ARCHIVE',
    ],
    ['a device', [{ name: 'netbase', files: [{ name: './dev/x', type: 'character-device' }] }], 'DEB_ARCHIVE'],
    ['a hard link to nothing', [{ name: 'netbase', files: [{ name: './etc/x', type: 'link', linkname: './etc/y' }] }], 'DEB_ARCHIVE'],
    ['another package than locked', [{ name: 'netbase', control: { Version: '9' } }], 'DEB_MISMATCH'],
  ])('refuses %s', async (_what, samples, code) => {
    await expect(assemble(samples)).rejects.toMatchObject({ code });
  });
});
