import type { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encode, makeImage, makeIndex, publish } from '../../test/images.ts';
import { connectRegistry, startForTest, storeLogin } from '../../test/registry-client.ts';
import { digestOf } from '../digest.ts';
import { parseReference, readImage, registryImage } from './index.ts';

function connect(env: Record<string, string> = {}) {
  return connectRegistry({ env }).registry;
}

async function login(host: string, credentials: string): Promise<Record<string, string>> {
  const { env, remove } = await storeLogin(host, { auth: Buffer.from(credentials).toString('base64') });
  onTestFinished(remove);
  return env;
}

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const image = await makeImage({
  layers: [[{ path: 'a', content: 'a' }]],
  config: { Env: ['A=1'], Volumes: { '/v': {} }, Labels: { l: '1' } },
});
const linux = { os: 'linux', architecture: 'amd64' } as const;

describe('manifests', () => {
  it('are found by tag and digest, and are undefined when absent', async () => {
    const server = await startForTest();
    const digest = publish(server, 'team/app', { image, tags: ['1'] });
    const reference = parseReference(`${server.host}/team/app:1`);
    const registry = connect();
    expect(await registry.headManifest(reference)).toEqual({ mediaType: image.mediaType, digest, size: image.manifest.length });
    expect((await registry.getManifest({ ...reference, tag: undefined, digest })).bytes).toEqual(image.manifest);
    expect(await registry.headManifest({ ...reference, tag: '2' })).toBeUndefined();
    await expect(registry.getManifest({ ...reference, tag: '2' })).rejects.toMatchObject({
      code: 'REGISTRY_NOT_FOUND',
      details: ['the registry says: MANIFEST_UNKNOWN it is MANIFEST_UNKNOWN'],
    });
  });

  it('are read by GET where HEAD is refused or says too little', async () => {
    const server = await startForTest({
      intercept: (request, response) => request.method === 'HEAD' && Boolean(response.writeHead(405).end()),
    });
    const digest = publish(server, 'app', { image, tags: ['1'] });
    expect(await connect().headManifest(parseReference(`${server.host}/app:1`))).toMatchObject({ digest });
    expect(await connect().headManifest(parseReference(`${server.host}/app:2`))).toBeUndefined();
  });

  it('that do not match their digest are refused', async () => {
    const server = await startForTest({
      intercept: (_request, response) => Boolean(response.writeHead(200, { 'docker-content-digest': digestOf('other') }).end('{}')),
    });
    const reference = parseReference(`${server.host}/app:1`);
    await expect(connect().getManifest(reference)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    await expect(connect().getManifest({ ...reference, digest: digestOf('x') })).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    await expect(connect().headManifest({ ...reference, digest: digestOf('x') })).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });

  it('above the limit are refused', async () => {
    const server = await startForTest({ intercept: (_request, response) => Boolean(response.end(Buffer.alloc(5 << 20))) });
    await expect(connect().getManifest(parseReference(`${server.host}/app:1`))).rejects.toMatchObject({ code: 'NETWORK_PROTOCOL' });
  });

  it.each([
    [403, 'REGISTRY_DENIED'],
    [429, 'REGISTRY_LIMIT'],
    [500, 'REGISTRY_PROTOCOL'],
    [400, 'REGISTRY_PROTOCOL'],
  ])('status %i is %s', async (status, code) => {
    const server = await startForTest({ intercept: (_request, response) => Boolean(response.writeHead(status).end('<html>\x1b[31m')) });
    await expect(connect().getManifest(parseReference(`${server.host}/app:1`))).rejects.toMatchObject({ code, details: [] });
  });
});

describe('logins', () => {
  it('uses an anonymous Bearer token, once for many requests', async () => {
    const server = await startForTest({ login: 'bearer' });
    publish(server, 'app', { image, tags: ['1'] });
    const registry = connect();
    const reference = parseReference(`${server.host}/app:1`);
    await Promise.all([registry.getManifest(reference), registry.getManifest(reference)]);
    await registry.getManifest(reference);
    expect(server.count(/^GET \/token/)).toBe(1);
    expect(server.seen.find(({ url }) => url.startsWith('/token'))?.url).toBe('/token?service=test&scope=repository%3Aapp%3Apull');
  });

  it.each(['basic', 'bearer'] as const)('sends stored credentials for %s', async (kind) => {
    const server = await startForTest({ login: kind, anonymous: false });
    publish(server, 'app', { image, tags: ['1'] });
    const reference = parseReference(`${server.host}/app:1`);
    const registry = connect(await login(server.host, 'user:secret'));
    expect((await registry.getManifest(reference)).descriptor.digest).toBe(image.digest);
    const wrong = connect(await login(server.host, 'user:wrong'));
    await expect(wrong.getManifest(reference)).rejects.toMatchObject({
      code: 'REGISTRY_AUTH',
      message: expect.not.stringContaining('wrong'),
    });
    await expect(connect().getManifest(reference)).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
  });

  it('refreshes a token that has expired', async () => {
    let expired = false;
    const server = await startForTest({
      login: 'bearer',
      intercept: (request, response) => {
        if (!expired || request.url?.startsWith('/token')) return false;
        expired = false;
        response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${request.headers.host}/token"` }).end();
        return true;
      },
    });
    publish(server, 'app', { image, tags: ['1'] });
    const registry = connect();
    const reference = parseReference(`${server.host}/app:1`);
    await registry.getManifest(reference);
    expired = true;
    await registry.getManifest(reference);
    expect(server.count(/^GET \/token/)).toBe(2);
  });

  it.each([
    ['http://tokens.example/t', 'NETWORK_REFUSED_URL'],
    ['nonsense', 'REGISTRY_PROTOCOL'],
  ])('refuses the token server %s', async (realm, code) => {
    const server = await startForTest({
      intercept: (_request, response) => Boolean(response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end()),
    });
    await expect(connect().getManifest(parseReference(`${server.host}/app:1`))).rejects.toMatchObject({ code });
  });

  it('does not take its token along when a blob is redirected to a storage host', async () => {
    const storage = await startForTest({ intercept: (_request, response) => Boolean(response.end('blob')) });
    const server = await startForTest({
      login: 'bearer',
      intercept: (request, response) => {
        if (request.headers.authorization === undefined || !request.url?.includes('/blobs/')) return false;
        response.writeHead(307, { location: `http://${storage.host}/signed?token=1` }).end();
        return true;
      },
    });
    const blob = { digest: digestOf('blob'), size: 4 };
    expect((await collect(await connect().openBlob(parseReference(`${server.host}/app:1`), blob))).toString()).toBe('blob');
    expect(storage.seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('blobs', () => {
  const bytes = Buffer.alloc(300_000, 'wherry');
  const blob = { digest: digestOf(bytes), size: bytes.length };

  it('are streamed, and found or not', async () => {
    const server = await startForTest();
    server.putBlob('app', bytes);
    const repository = parseReference(`${server.host}/app`);
    expect((await collect(await connect().openBlob(repository, blob))).equals(bytes)).toBe(true);
    expect(await connect().hasBlob(repository, blob.digest)).toBe(true);
    expect(await connect().hasBlob(repository, digestOf('x'))).toBe(false);
    await expect(connect().openBlob(repository, { digest: digestOf('x'), size: 1 })).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  });

  it.each(['with', 'without'])('go on after a broken connection %s Range', async (range) => {
    let breaks = 2;
    const server = await startForTest({
      intercept: (request, response) => {
        if (range === 'without') delete request.headers.range;
        if (breaks-- <= 0) return false;
        const start = Number(/\d+/.exec(request.headers.range ?? '')?.[0] ?? 0);
        response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start });
        response.write(bytes.subarray(start, start + 100_000), () => setImmediate(() => request.socket.destroy()));
        return true;
      },
    });
    server.putBlob('app', bytes);
    expect((await collect(await connect().openBlob(parseReference(`${server.host}/app`), blob))).equals(bytes)).toBe(true);
  });

  it('that are given up before the first byte end their connection', async () => {
    const closed = Promise.withResolvers<void>();
    const server = await startForTest({
      intercept: (request, response) => {
        request.socket.on('close', () => closed.resolve());
        response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(1));
        return true;
      },
    });
    (await connect().openBlob(parseReference(`${server.host}/app`), blob)).destroy();
    await expect(closed.promise).resolves.toBeUndefined();
  });

  it.each([
    ['other bytes', Buffer.alloc(bytes.length, 'x')],
    ['too many bytes', Buffer.concat([bytes, bytes])],
    ['too few bytes', bytes.subarray(1)],
  ])('with %s fail', async (_what, sent) => {
    const server = await startForTest({ intercept: (_request, response) => Boolean(response.end(sent)) });
    const stream = await connect().openBlob(parseReference(`${server.host}/app`), blob);
    await expect(collect(stream)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
  });
});

describe('readImage', () => {
  it('picks the platform and maps Docker media types', async () => {
    const server = await startForTest();
    const docker = await makeImage({
      layers: [[{ path: 'a', content: 'a' }]],
      docker: true,
      config: { Env: ['A=1'], ExposedPorts: { '80/tcp': {} } },
    });
    const other = await makeImage({ layers: [], architecture: 'arm64' });
    publish(server, 'app', { image: docker });
    publish(server, 'app', { image: other });
    const index = makeIndex([
      { image: other, architecture: 'arm64', variant: 'v8' },
      { image: docker, architecture: 'amd64' },
    ]);
    server.putManifest('app', { bytes: index, mediaType: 'application/vnd.docker.distribution.manifest.list.v2+json', tags: ['1'] });
    const found = await readImage(registryImage(connect(), parseReference(`${server.host}/app:1`)), linux);
    expect(found.digest).toBe(digestOf(index));
    expect(found.manifestDigest).toBe(docker.digest);
    expect(found.manifest.layers.map(({ mediaType }) => mediaType)).toEqual(['application/vnd.oci.image.layer.v1.tar+gzip']);
    expect(found.config).toMatchObject({ env: ['A=1'], exposedPorts: ['80/tcp'], labels: {}, volumes: [] });
    expect(found.config.diffIds).toHaveLength(1);
  });

  it('says which platforms there are', async () => {
    const server = await startForTest();
    publish(server, 'app', { image, tags: ['bare'] });
    server.putManifest('app', {
      bytes: makeIndex([{ image, architecture: 's390x' }]),
      mediaType: 'application/vnd.oci.image.index.v1+json',
      tags: ['index'],
    });
    const read = (tag: string, architecture: 'amd64' | 'arm64') =>
      readImage(registryImage(connect(), parseReference(`${server.host}/app:${tag}`)), { os: 'linux', architecture });
    await expect(read('index', 'amd64')).rejects.toMatchObject({ code: 'BASE_NO_PLATFORM', details: ['it offers: linux/s390x'] });
    await expect(read('bare', 'arm64')).rejects.toMatchObject({ code: 'BASE_NO_PLATFORM', details: ['it offers: linux/amd64'] });
  });

  it.each([
    ['schema 1', { schemaVersion: 1, mediaType: 'application/vnd.docker.distribution.manifest.v1+prettyjws' }],
    ['sha512', { schemaVersion: 2, config: { mediaType: 'x', digest: `sha512:${'a'.repeat(128)}`, size: 1 }, layers: [] }],
    ['a list', []],
    ['an index of nothing', undefined],
  ])('refuses %s', async (what, json) => {
    const server = await startForTest();
    const bytes = json === undefined ? makeIndex([]) : encode(json);
    const digest = server.putManifest('app', { bytes, mediaType: 'application/json', tags: ['1'] });
    expect(digest).toBe(digestOf(bytes));
    const reading = readImage(registryImage(connect(), parseReference(`${server.host}/app:1`)), linux);
    await expect(reading).rejects.toMatchObject({ code: what === 'an index of nothing' ? 'BASE_NO_PLATFORM' : 'REGISTRY_PROTOCOL' });
  });
});
