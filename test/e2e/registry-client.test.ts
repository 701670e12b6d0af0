import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { digestOf } from '../../src/digest.ts';
import { createHttp } from '../../src/http/index.ts';
import { mediaTypes, parseReference } from '../../src/registry/index.ts';
import { registrySettings } from '../../src/registry/route/settings.ts';
import { encode, makeImage } from '../images.ts';
import { connectRegistry, storeLogin } from '../registry-client.ts';
import { type Distribution, type DistributionOptions, startDistribution } from './registries.ts';

let work = '';
beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'wherry-registry-client-'));
});
afterAll(async () => {
  await rm(work, { recursive: true, force: true });
});

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

let count = 0;
async function start(options: DistributionOptions): Promise<Distribution> {
  const server = await startDistribution(join(work, String(++count)), options);
  cleanups.push(server.stop);
  return server;
}

async function login({ host, certificate }: Distribution) {
  const { env, remove } = await storeLogin(host);
  cleanups.push(remove);
  const http = createHttp({ env: certificate === undefined ? {} : { SSL_CERT_FILE: certificate }, wait: async () => {} });
  // Without being told, loopback is asked by plain http.
  const registries = registrySettings({}, certificate === undefined ? [] : [host]);
  return connectRegistry({ env, http, registries }).registry;
}

const image = await makeImage({ layers: [[{ path: 'a', content: Buffer.alloc(3_000_000, 'a') }], [{ path: 'b', content: 'b' }]] });
const manifest = { mediaType: image.mediaType, bytes: image.manifest };
const uploads = image.blobs.map((bytes) => ({
  blob: { digest: digestOf(bytes), size: bytes.length },
  open: async () => Readable.from([bytes]),
}));

describe.each(['2.8', '3'] as const)('distribution %s', (version) => {
  it.each([{ login: 'none' }, { login: 'basic', tls: true }, { login: 'bearer' }, { login: 'bearer', tls: true }] as const)(
    'takes an image once, mounts it elsewhere and gives it back: %j',
    async (how) => {
      const server = await start({ version, ...how });
      const registry = await login(server);
      const [first, second] = ['team/first', 'team/second'].map((name) => parseReference(`${server.host}/${name}:1`)) as [
        ReturnType<typeof parseReference>,
        ReturnType<typeof parseReference>,
      ];
      const put = async (place: typeof first, more = {}) =>
        (await Promise.all(uploads.map((upload) => registry.putBlob(place, { ...upload, ...more })))).map(({ how: outcome }) => outcome);
      expect(await put(first)).toEqual(['uploaded', 'uploaded', 'uploaded']);
      expect(await put(first)).toEqual(['present', 'present', 'present']);
      expect(await put(second, { mountFrom: [first] })).toEqual(['mounted', 'mounted', 'mounted']);
      for (const place of [first, second]) expect(await registry.putManifest(place, manifest)).toBe(image.digest);
      expect(digestOf((await registry.getManifest(second)).bytes)).toBe(image.digest);
      if (how.login === 'bearer') expect(server.tokenRequests.length).toBeLessThanOrEqual(5);
    },
  );

  it('says which blobs of a manifest it misses', async () => {
    const server = await start({ version, login: 'none' });
    const registry = await login(server);
    const refused = registry.putManifest(parseReference(`${server.host}/app:1`), manifest);
    await expect(refused).rejects.toMatchObject({
      code: 'REGISTRY_BLOB_UNKNOWN',
      details: expect.arrayContaining(uploads.map(({ blob }) => `missing: ${blob.digest}`)),
    });
  });

  it('refuses bytes that are not the blob', async () => {
    const server = await start({ version, login: 'none' });
    const registry = await login(server);
    const wrong = { blob: { digest: digestOf('right'), size: 5 }, open: async () => Readable.from([Buffer.from('wrong')]) };
    await expect(registry.putBlob(parseReference(`${server.host}/app`), wrong)).rejects.toMatchObject({
      code: 'REGISTRY_PROTOCOL',
      details: [expect.stringContaining('DIGEST_INVALID')],
    });
  });

  it('lists referrers by the fallback tag', async () => {
    const server = await start({ version, login: 'none' });
    const registry = await login(server);
    const app = parseReference(`${server.host}/app:1`);
    for (const upload of uploads) await registry.putBlob(app, upload);
    await registry.putManifest(app, manifest);
    const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 };
    await registry.putBlob(app, { blob: config, open: async () => Readable.from([Buffer.from('{}')]) });
    const subject = { mediaType: image.mediaType, digest: image.digest, size: image.manifest.length };
    const artifact = (name: string) => {
      const annotations = { name };
      const type = { schemaVersion: 2, mediaType: mediaTypes.manifest, artifactType: 'application/x.sbom' };
      return { mediaType: mediaTypes.manifest, bytes: encode({ ...type, config, layers: [config], subject, annotations }) };
    };
    const artifacts = ['a', 'b'].map(artifact);
    const digests = await Promise.all(artifacts.map((one) => registry.putReferrer(app, one)));
    const listed = await registry.referrers(app, image.digest, 'application/x.sbom');
    expect(listed.map(({ digest }) => digest).sort()).toEqual(digests.sort());
    expect(await registry.referrers(app, image.digest, 'application/x.other')).toEqual([]);
  });
});
