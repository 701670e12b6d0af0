import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encode, makeImage, makeIndex, publish, type TestEntry, type TestImage, tarOf } from '../../test/images.ts';
import type { TestRegistry } from '../../test/registry/index.ts';
import { startForTest } from '../../test/registry-client.ts';
import { asDigest, digestOf, hexOf } from '../digest.ts';
import { createHttp } from '../http/index.ts';
import { currentDigest, type RegistryBase, readImageBase, registryBlobSource } from './index.ts';

const platform = { os: 'linux', architecture: 'amd64' } as const;
const context = { http: createHttp({ env: {}, wait: async () => {} }), env: {}, emit: () => {}, signal: new AbortController().signal };

async function start(): Promise<TestRegistry> {
  const server = await startForTest({ login: 'bearer' });
  return server;
}

async function factsOf(layers: readonly (readonly TestEntry[])[], config: Record<string, unknown> = {}) {
  const server = await start();
  publish(server, 'base', { image: await makeImage({ layers, config }), tags: ['1'] });
  return await readImageBase({ reference: `${server.host}/base:1`, platform, root: '/' }, context);
}

const elf = (interpreter: string, ...strings: string[]) => `\x7fELF\0${interpreter}\0${strings.join('\0')}\0`;
const glibcLoader = '/lib64/ld-linux-x86-64.so.2';

/** The shape of Debian-based Python images: merged /usr, Python below /usr/local. */
const official: readonly TestEntry[] = [
  { path: './etc/passwd', content: 'root:x:0:0:root:/root:/bin/bash\n' },
  { path: './etc/group', content: 'root:x:0:\nstaff:x:50:' },
  { path: './bin', link: 'usr/bin' },
  { path: './lib', link: 'usr/lib' },
  { path: './lib64', link: 'usr/lib64' },
  { path: './usr/bin/dash', content: 'sh' },
  { path: './usr/bin/sh', link: 'dash' },
  { path: './usr/lib64/ld-linux-x86-64.so.2', link: '../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2' },
  { path: './usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', content: 'loader' },
  {
    path: './usr/lib/x86_64-linux-gnu/libc.so.6',
    content: elf('', 'GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41.\nCopyright'),
  },
  { path: './usr/lib/x86_64-linux-gnu/libz.so.1', link: 'libz.so.1.3.1' },
  { path: './usr/lib/x86_64-linux-gnu/libz.so.1.3.1', content: 'z' },
  { path: './usr/lib/x86_64-linux-gnu/libgone.so.1', link: 'missing' },
  { path: './usr/lib/x86_64-linux-gnu/notes.txt', content: '' },
  {
    path: './var/lib/dpkg/status',
    content:
      'Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.3\nDescription: x\n Version: no\n\nPackage: old\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: libc6\nStatus: install ok installed\nVersion: 2.41-12\n',
  },
];
const python313: readonly TestEntry[] = [
  { path: 'usr/local/bin/python3.13', content: elf(glibcLoader) },
  { path: 'usr/local/bin/python3', link: 'python3.13' },
  { path: 'usr/local/include/python3.13/patchlevel.h', content: '#define PY_MAJOR_VERSION 3\n#define PY_VERSION              "3.13.9"\n' },
];

describe('readImageBase', () => {
  it('reads an official Python image', async () => {
    const env = ['PATH=/usr/local/bin:/usr/bin', 'PYTHON_VERSION=3.13.8'];
    const facts = await factsOf([official, python313], {
      Env: env,
      Labels: { a: 'b' },
      Volumes: { '/v': {} },
      ExposedPorts: { '80/tcp': {} },
    });
    expect(facts).toMatchObject({
      python: { path: '/usr/local/bin/python3.13', version: '3.13.9' },
      libc: { kind: 'glibc', version: '2.41' },
      passwd: 'root:x:0:0:root:/root:/bin/bash\n',
      group: 'root:x:0:\nstaff:x:50:\n',
      shell: true,
      packages: ['libc6=2.41-12', 'zlib1g=1:1.3'],
      sonames: ['ld-linux-x86-64.so.2', 'libc.so.6', 'libz.so.1', 'libz.so.1.3.1'],
      config: { env, labels: { a: 'b' }, volumes: ['/v'], exposedPorts: ['80/tcp'] },
    });
    expect((facts.content as RegistryBase).layers).toHaveLength(2);
  });

  it('reads Alpine: musl, apk, a shell by busybox', async () => {
    const facts = await factsOf(
      [
        [
          { path: 'bin/busybox', content: 'b' },
          { path: 'bin/sh', link: '/bin/busybox' },
          { path: 'lib/ld-musl-x86_64.so.1', content: elf('', '1.2.5') },
          { path: 'lib/libc.musl-x86_64.so.1', link: 'ld-musl-x86_64.so.1' },
          { path: 'lib/apk/db/installed', content: 'C:Q1\nP:musl\nV:1.2.5-r10\n\nP:python3\nV:3.12.11-r0\n' },
          { path: 'lib64/ld-linux-x86-64.so.2', content: 'gcompat' },
          { path: 'usr/bin/python3.12', content: elf('/lib/ld-musl-x86_64.so.1') },
          { path: 'usr/bin/python3', link: 'python3.12' },
        ],
      ],
      {},
    );
    expect(facts).toMatchObject({
      python: { path: '/usr/bin/python3.12', version: '3.12.11' },
      libc: { kind: 'musl', version: '1.2' },
      shell: true,
      packages: [],
    });
    expect(facts.passwd).toBe('');
  });

  it('refuses a free-threaded Python, also where it has the ordinary name', async () => {
    const layer = (name: string) => [
      { path: `usr/local/bin/${name}`, content: elf(glibcLoader) },
      { path: 'usr/local/bin/python3', link: name },
      { path: 'usr/local/lib/python3.14t/os.py', content: '' },
      { path: 'usr/local/include/python3.14t/patchlevel.h', content: '#define PY_VERSION "3.14.0"\n' },
    ];
    for (const name of ['python3.14', 'python3.14t'])
      await expect(factsOf([official, layer(name)])).rejects.toMatchObject({ code: 'BASE_NO_PYTHON', message: /free-threaded/ });
  });

  it('takes the ordinary Python where both are', async () => {
    const both = [
      ...python313,
      { path: 'usr/local/lib/python3.13/os.py', content: '' },
      { path: 'usr/local/lib/python3.13t/os.py', content: '' },
    ];
    expect((await factsOf([official, both])).python.version).toBe('3.13.9');
  });

  it('reads distroless: status.d, no shell, the version from the binary', async () => {
    const facts = await factsOf([
      [
        { path: 'var/lib/dpkg/status.d/libc6', content: 'Package: libc6\nVersion: 2.36-9+deb12u10\n' },
        { path: 'var/lib/dpkg/status.d/libc6.md5sums', content: 'Package: no\nVersion: 1\n' },
        { path: 'lib/x86_64-linux-gnu/libc.so.6', content: 'no string in here' },
        { path: 'usr/bin/python3.11', content: elf(glibcLoader, '3.11.2', '3.1.2', '13.11.9') },
        { path: 'usr/bin/python3', link: '/usr/bin/python3.11' },
      ],
    ]);
    expect(facts).toMatchObject({
      python: { version: '3.11.2' },
      libc: { kind: 'glibc', version: '2.36' },
      shell: false,
      packages: ['libc6=2.36-9+deb12u10'],
    });
  });

  it.each([
    [
      'the package database',
      [{ path: 'var/lib/dpkg/status', content: 'Package: python3.13-minimal\nStatus: install ok installed\nVersion: 3.13.5-2+deb13u1\n' }],
      '3.13.5',
    ],
    ['PYTHON_VERSION, if nothing else speaks', [], '3.13.1'],
  ])('takes the version from %s', async (_what, extra, version) => {
    const layer = [
      ...official.filter(({ path }) => !path.includes('dpkg')),
      { path: 'usr/local/bin/python3.13', content: elf(glibcLoader) },
      ...extra,
    ];
    expect((await factsOf([layer], { Env: ['PYTHON_VERSION=3.13.1'] })).python.version).toBe(version);
  });

  it('finds strings that lie across the chunks of a large file', async () => {
    const large = `${'a'.repeat(3_000_000)}${elf(glibcLoader, '3.13.4')}`;
    const layer = [...official, { path: 'usr/local/bin/python3.13', content: large }];
    expect((await factsOf([layer])).python.version).toBe('3.13.4');
  });

  it('honours the PATH of the base and upper layers', async () => {
    const conda = [
      { path: 'opt/conda/bin/python3.12', content: elf(glibcLoader, '3.12.4') },
      { path: 'opt/conda/bin/python3', link: 'python3.12' },
    ];
    const env = { Env: ['PATH=/opt/conda/bin:/usr/local/bin'] };
    expect((await factsOf([official, python313, conda], env)).python).toEqual({ path: '/opt/conda/bin/python3.12', version: '3.12.4' });
    const gone = [{ path: 'opt/.wh.conda', content: '' }];
    expect((await factsOf([official, python313, conda, gone], env)).python.path).toBe('/usr/local/bin/python3.13');
  });

  it.each([
    ['no Python at all', [official]],
    ['only a Python 2', [[...official, { path: 'usr/bin/python2.7', content: 'x' }]]],
    ['no version', [[...official, { path: 'usr/bin/python3.13', content: elf(glibcLoader) }]]],
    ['no C library', [[{ path: 'usr/bin/python3.13', content: '\0' + '3.13.1\0' }]]],
  ])('refuses a base with %s', async (_what, layers) => {
    await expect(factsOf(layers)).rejects.toMatchObject({ code: 'BASE_NO_PYTHON' });
  });
});

describe('layers', () => {
  const broken = async (change: (image: TestImage) => Promise<TestImage> | TestImage) => {
    const server = await start();
    publish(server, 'base', { image: await change(await makeImage({ layers: [official, python313] })), tags: ['1'] });
    return await readImageBase({ reference: `${server.host}/base:1`, platform, root: '/' }, context);
  };
  const edit = ({ manifest, ...image }: TestImage, from: RegExp, to: string): TestImage => {
    const text = Buffer.from(manifest).toString().replaceAll(from, to);
    return { ...image, manifest: encode(JSON.parse(text)), digest: digestOf(text) };
  };

  it('with another DiffID are refused', async () => {
    const other = await makeImage({ layers: [official, official] });
    await expect(
      broken(({ blobs, ...image }) => {
        const config = other.blobs[0] as Uint8Array;
        const manifest = JSON.parse(Buffer.from(image.manifest).toString());
        return {
          ...image,
          blobs: [config, ...blobs.slice(1)],
          manifest: encode({ ...manifest, config: { ...manifest.config, digest: digestOf(config), size: config.length } }),
        };
      }),
    ).rejects.toMatchObject({ code: 'BASE_LAYER_UNREADABLE', message: expect.stringContaining('DiffID') });
  });

  it.each([
    ['no gzip', /tar\+gzip/g, 'tar+zstd'],
    ['no tar', /tar\+gzip/g, 'tar'],
    ['an unknown type', /vnd\.oci\.image\.layer\.v1\.tar\+gzip/g, 'vnd.other'],
  ])('that are %s are refused', async (_what, from, to) => {
    await expect(broken((image) => edit(image, from, to))).rejects.toMatchObject({ code: 'BASE_LAYER_UNREADABLE' });
  });

  it('may be zstd', async () => {
    const server = await start();
    const tar = await tarOf([...official, ...python313]);
    const layer = new Uint8Array(zstdCompressSync(tar));
    const config = encode({ os: 'linux', architecture: 'amd64', rootfs: { diff_ids: [digestOf(tar)] } });
    const describe = (bytes: Uint8Array, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
    const manifest = encode({
      schemaVersion: 2,
      config: describe(config, 'application/vnd.oci.image.config.v1+json'),
      layers: [describe(layer, 'application/vnd.oci.image.layer.v1.tar+zstd')],
    });
    for (const blob of [config, layer]) server.putBlob('base', blob);
    const digest = server.putManifest('base', { bytes: manifest, mediaType: 'application/vnd.oci.image.manifest.v1+json' });
    const facts = await readImageBase({ reference: `${server.host}/base:gone`, platform, root: '/', digest }, context);
    expect(facts.python.version).toBe('3.13.9');
  });

  it('are opened again for sinks, one request each and verified', async () => {
    const server = await start();
    const image = await makeImage({ layers: [official, python313] });
    publish(server, 'base', { image, tags: ['1'] });
    const reference = `${server.host}/base:1`;
    const { content } = await readImageBase({ reference, platform, root: '/' }, context);
    expect(await currentDigest({ reference, root: '/' }, context)).toBe(image.digest);
    const before = server.seen.length;
    const source = registryBlobSource(content as RegistryBase, context);
    expect(server.seen.length).toBe(before);
    const [layer] = (content as RegistryBase).layers;
    const chunks: Uint8Array[] = [];
    for await (const chunk of await source.open(layer as RegistryBase['layers'][0])) chunks.push(chunk);
    expect(digestOf(Buffer.concat(chunks))).toBe(layer?.digest);
    await expect(source.open({ digest: digestOf('x'), size: 1 })).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  });
});

describe('an OCI layout as a base', () => {
  async function layout(index: unknown, blobs: readonly Uint8Array[]): Promise<string> {
    const root = await mkdtemp(join(tmpdir(), 'wherry-layout-'));
    onTestFinished(async () => await rm(root, { recursive: true }));
    await mkdir(join(root, 'base/blobs/sha256'), { recursive: true });
    await writeFile(join(root, 'base/index.json'), encode(index));
    for (const blob of blobs) await writeFile(join(root, 'base/blobs/sha256', hexOf(digestOf(blob))), blob);
    return root;
  }

  it('is read without any request, by one manifest or by platform', async () => {
    const image = await makeImage({ layers: [official, python313] });
    const other = await makeImage({ layers: [], architecture: 'arm64' });
    const index = makeIndex([
      { image: other, architecture: 'arm64' },
      { image, architecture: 'amd64' },
    ]);
    const entry = (bytes: Uint8Array, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
    const blobs = [index, image.manifest, other.manifest, ...image.blobs];
    const tops = [
      { schemaVersion: 2, manifests: [entry(image.manifest, image.mediaType)] },
      { schemaVersion: 2, manifests: [entry(index, 'application/vnd.oci.image.index.v1+json')] },
      JSON.parse(Buffer.from(index).toString()),
    ];
    for (const top of tops) {
      const root = await layout(top, blobs);
      const facts = await readImageBase(
        { reference: 'oci:base', platform, root },
        { ...context, http: { request: () => Promise.reject(new Error('no request')) } },
      );
      expect(facts).toMatchObject({ python: { version: '3.13.9' }, content: { reference: 'oci:base', manifest: image.digest } });
      const [layer] = (facts.content as RegistryBase).layers;
      const opened = await registryBlobSource(facts.content as RegistryBase, context, root).open(layer as RegistryBase['layers'][0]);
      expect((await opened.toArray()).length).toBeGreaterThan(0);
    }
  });

  it('with missing or wrong files is refused', async () => {
    const image = await makeImage({ layers: [official, python313] });
    const top = { schemaVersion: 2, manifests: [{ mediaType: image.mediaType, digest: image.digest, size: image.manifest.length }] };
    const read = async (blobs: readonly Uint8Array[], reference = 'oci:base') =>
      await readImageBase({ reference, platform, root: await layout(top, blobs) }, context);
    await expect(read([])).rejects.toMatchObject({ code: 'BASE_LAYOUT' });
    await expect(read([image.manifest])).rejects.toMatchObject({ code: 'BASE_LAYOUT' });
    await expect(read([], 'oci:elsewhere')).rejects.toMatchObject({ code: 'BASE_LAYOUT' });
    const root = await layout(top, [image.manifest, ...image.blobs]);
    const damaged = asDigest(digestOf(image.blobs[1] as Uint8Array));
    await writeFile(join(root, 'base/blobs/sha256', hexOf(damaged)), Buffer.alloc((image.blobs[1] as Uint8Array).length));
    await expect(readImageBase({ reference: 'oci:base', platform, root }, context)).rejects.toMatchObject({
      code: expect.stringMatching(/BASE_LAYER_UNREADABLE|REGISTRY_PROTOCOL/),
    });
  });

  it.each(['tar:x.tar', 'image:other'])('%s is not built yet', async (reference) => {
    await expect(readImageBase({ reference, platform, root: '/' }, context)).rejects.toMatchObject({ code: 'CONFIG_NOT_YET' });
  });
});
