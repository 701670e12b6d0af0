import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { type Blobs, memoryBlobs, type SampleEntry, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import { asDiffId, digestOf } from '../digest.ts';
import { assembleImage, dockerMedia, type Image, ociMedia } from '../image/index.ts';
import type { ConfigPlan } from '../plan/types.ts';
import { imageCheck, listFiles, listLayers, listPackages } from './index.ts';

async function imageOf(layers: readonly (readonly SampleEntry[])[], config: Partial<ConfigPlan> = {}): Promise<Image> {
  const blobs: Blobs = new Map();
  const made = [];
  for (const entries of layers) made.push(await sampleLayer(blobs, entries));
  return assembleImage({ plan: { ...samplePlan, config: { ...samplePlan.config, ...config } }, layers: made, blobs: memoryBlobs(blobs) });
}

const directory = (name: string): SampleEntry => ({ name, type: 'directory', mode: 0o755 });

describe('listFiles', () => {
  it('gives the final file system, sorted', async () => {
    const image = await imageOf([
      [
        directory('b'),
        { name: 'b/gone', text: 'x' },
        { name: 'a', text: 'xyz', mode: 0o600, uid: 7, gid: 8 },
        directory('d'),
        { name: 'd/low', text: '' },
      ],
      [
        { name: 'b/.wh.gone' },
        { name: 'l', type: 'symlink', linkname: 'a' },
        directory('d'),
        { name: 'd/own', text: '' },
        { name: 'd/.wh..wh..opq' },
      ],
    ]);
    const files = await listFiles(image);
    expect(files.map((file) => file.path)).toEqual(['/a', '/b', '/d', '/d/own', '/l']);
    const [layer] = image.layers;
    expect(files[0]).toEqual({ path: '/a', type: 'file', mode: 0o600, uid: 7, gid: 8, size: 3, mtime: 946_684_800, layer: layer?.digest });
    expect(files[4]).toMatchObject({ type: 'symlink', target: 'a' });
  });

  it('forgets what lay below a directory that became a file', async () => {
    const files = await listFiles(await imageOf([[directory('d'), { name: 'd/f', text: '' }], [{ name: 'd', text: 'x' }]]));
    expect(files.map((file) => file.path)).toEqual(['/d']);
  });
});

describe('listPackages', () => {
  it('reads METADATA, dpkg and apk', async () => {
    const site = 'app/.venv/lib/python3.13/site-packages';
    const image = await imageOf([
      [
        { name: 'lib/apk/db/installed', text: 'C:Q1\nP:musl\nV:1.2.5-r9\n\nP:busybox\nV:1.37\n' },
        {
          name: 'var/lib/dpkg/status',
          text: 'Package: libc6\nStatus: install ok installed\nVersion: 2.41-12\n\nPackage: gone\nStatus: deinstall ok config-files\nVersion: 1\n',
        },
        { name: 'var/lib/dpkg/status.d/tzdata', text: 'Package: tzdata\nVersion: 2025b-4\n' },
        { name: 'var/lib/dpkg/status.d/tzdata.md5sums', text: '0  x\n' },
        {
          name: `${site}/Django-5.2.dist-info/METADATA`,
          text: 'Metadata-Version: 2.4\r\nName: Django\r\nVersion: 5.2\r\n\r\nName: not this\n',
        },
        { name: 'usr/lib/python3/dist-packages/six.egg-info/PKG-INFO', text: 'Name: six\nVersion: 1.17\n' },
      ],
    ]);
    const packages = await listPackages(image);
    expect(packages.map(({ kind, name, version }) => [kind, name, version])).toEqual([
      ['alpine', 'busybox', '1.37'],
      ['alpine', 'musl', '1.2.5-r9'],
      ['debian', 'libc6', '2.41-12'],
      ['debian', 'tzdata', '2025b-4'],
      ['python', 'Django', '5.2'],
      ['python', 'six', '1.17'],
    ]);
    expect(packages[4]?.location).toBe(`/${site}`);
  });

  it('leaves out what a later layer removed', async () => {
    const path = 'x/site-packages/a-1.dist-info/METADATA';
    const image = await imageOf([[{ name: path, text: 'Name: a\nVersion: 1\n' }], [{ name: 'x/site-packages/.wh.a-1.dist-info' }]]);
    expect(await listPackages(image)).toEqual([]);
  });
});

describe('listLayers', () => {
  it('measures tars, or takes the size that the store knows', async () => {
    const image = await imageOf([[{ name: 'a', text: 'x'.repeat(600) }]]);
    const [line] = await listLayers(image);
    expect(line).toMatchObject({ tarSize: 512 + 1024 + 1024, size: image.layers[0]?.size, recipe: image.layers[0]?.recipe });
    const known = { ...(image.layers[0] as Image['layers'][0]), tarSize: 9 };
    expect((await listLayers(image, { layer: async () => known }))[0]?.tarSize).toBe(9);
    const other = { ...known, diffId: asDiffId(digestOf('other')) };
    expect((await listLayers(image, { layer: async () => other }))[0]?.tarSize).toBe(2560);
  });
});

describe('how a layer was made', () => {
  const spliced = { files: 1, bytes: 20_000 };
  const compressed = { files: 2, bytes: 30 };
  const making = async (change: Partial<Image['layers'][0]>, mediaType?: string) => {
    const image = await imageOf([[{ name: 'a', text: '' }]]);
    const layers = image.layers.map((layer) => ({ ...layer, ...change }));
    const descriptor = { ...image.descriptor, ...(mediaType && { mediaType }) };
    return (
      await listLayers({ ...image, layers, descriptor }, { layer: async (recipe) => ({ ...layers[0], recipe, tarSize: 1 }) as never })
    )[0]?.making;
  };

  it.each([
    ['dependencies', 'wheel'],
    ['base', 'Debian'],
    ['app', 'project'],
    ['venv', 'Wherry'],
  ] as const)('recompressed, with the reason for %s', async (kind, why) => {
    const none = { files: 0, bytes: 0 };
    expect(await making({ splice: { kind, spliced: none, compressed } })).toEqual({
      way: 'recompressed',
      why: expect.stringContaining(why),
      spliced: none,
      compressed,
    });
  });

  it('spliced, with counts', async () => {
    expect(await making({ splice: { kind: 'dependencies', spliced, compressed } })).toMatchObject({ way: 'spliced', spliced, compressed });
  });

  it('is not known of the base, of other formats and of old images', async () => {
    const image = await imageOf([[{ name: 'a', text: '' }]]);
    const [layer] = image.layers as [Image['layers'][0]];
    const { recipe: _, ...bare } = layer;
    expect((await listLayers({ ...image, layers: [bare] }))[0]?.making).toEqual({ way: 'base', why: 'from the base image' });
    expect(await making({})).toMatchObject({ way: 'unknown', why: expect.stringContaining('earlier') });
    expect(await making({}, dockerMedia.manifest)).toMatchObject({ way: 'unknown', why: expect.stringContaining('Docker') });
    expect(await making({ mediaType: ociMedia.layerTar })).toMatchObject({
      way: 'unknown',
      why: expect.stringContaining('not compressed'),
    });
  });
});

describe('imageCheck', () => {
  const program: SampleEntry = { name: 'usr/bin/python', text: '#!', mode: 0o755 };
  const sound: readonly SampleEntry[] = [
    { name: 'etc/passwd', text: 'root:x:0:0::/:/bin/sh\napp:x:1001:1001::/app:/bin/sh\n' },
    { name: 'etc/group', text: 'root:x:0:\napp:x:1001:\n' },
    program,
    directory('app'),
    { ...directory('app/state'), uid: 1001, gid: 1001, mode: 0o750 },
    { ...directory('tmp'), mode: 0o1777 },
    { name: 'app/.env.example', text: 'A=' },
  ];
  const findings = async (extra: readonly SampleEntry[], config: Partial<ConfigPlan> = {}) =>
    imageCheck(await imageOf([[...sound, ...extra]], config));

  it('finds nothing in a sound image', async () => {
    expect(await findings([])).toEqual([]);
  });

  const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIEow==\n-----END RSA PRIVATE KEY-----\n';
  it.each([
    ['a private key', { name: 'app/id', text: key }, { rule: 'secret', message: '/app/id is a private key' }],
    ['an environment file', { name: 'app/.env.prod', text: '' }, { rule: 'secret', message: '/app/.env.prod is an environment file' }],
    ['a repository', directory('app/.git'), { rule: 'secret', message: '/app/.git is a git repository' }],
    [
      'an unknown owner',
      { name: 'app/x', uid: 1000, gid: 0 },
      { rule: 'owner', message: '/app/x belongs to 1000:0, which the image does not know' },
    ],
    ['a file that everyone may change', { name: 'app/x', mode: 0o666 }, { rule: 'owner', message: '/app/x can be changed by everyone' }],
    ['a repeated path', program, { rule: 'layer', message: expect.stringContaining('holds /usr/bin/python twice') }],
  ])('finds %s', async (_name, entry, finding) => {
    expect(await findings([entry])).toEqual([finding]);
  });

  it.each([
    ['test data of packages', { name: 'app/.venv/lib/python3.13/site-packages/tornado/test/test.key', text: key }],
    ['code that names the marker', { name: 'app/pem.py', text: 'MARK = "-----BEGIN PRIVATE KEY-----"\n' }],
  ])('lets %s pass', async (_name, entry) => {
    expect(await findings([entry])).toEqual([]);
  });

  it.each([
    [{ env: ['PATH=/usr/bin', 'DISCORD_TOKEN=abc'] }, 'the config sets DISCORD_TOKEN'],
    [{ command: ['gunicorn'] }, 'the command gunicorn is not an executable file in /app/.venv/bin:/usr/bin:/bin'],
    [{ command: ['/app/.env.example'] }, 'the command /app/.env.example is not an executable file in the image'],
    [{ command: [] }, 'the config names no command'],
    [{ workdir: '/srv' }, 'the working directory /srv is missing'],
  ])('finds a fault of the config: %j', async (config, message) => {
    expect(await findings([], config)).toMatchObject([{ message }]);
  });

  it('follows links to the command', async () => {
    const links: SampleEntry[] = [
      { name: 'bin', type: 'symlink', linkname: 'usr/bin' },
      { name: 'app/run', type: 'symlink', linkname: '/bin/python' },
      { name: 'app/loop', type: 'symlink', linkname: 'loop' },
    ];
    expect(await findings(links, { command: ['/app/run'] })).toEqual([]);
    expect(await findings(links, { command: ['/app/loop'] })).toMatchObject([{ rule: 'start' }]);
  });

  it('finds a layer with other contents than the config says', async () => {
    const image = await imageOf([sound]);
    const config = Buffer.from(
      Buffer.from(image.config)
        .toString()
        .replace(image.layers[0]?.diffId ?? '', digestOf('other')),
    );
    const layers = image.layers.map((layer) => ({ ...layer, diffId: asDiffId(digestOf('other')) }));
    const rules = (await imageCheck({ ...image, config, layers })).map((finding) => finding.rule);
    expect(rules).toContain('layer');
    expect(rules).toContain('structure');
  });

  it('reports a layer that cannot be read', async () => {
    const image = await imageOf([sound]);
    const damaged: Image = { ...image, blobs: { open: async () => Readable.from([Buffer.from('not gzip')]) } };
    expect(await imageCheck(damaged)).toMatchObject([{ rule: 'layer', message: expect.stringContaining('damaged') }]);
  });
});
