import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { makeImage, publish } from '../../../test/images.ts';
import type { TestRegistry } from '../../../test/registry/index.ts';
import { startForTest } from '../../../test/registry-client.ts';
import { type Digest, digestOf } from '../../digest.ts';
import type { WherryEvent } from '../../events.ts';
import { createHttp } from '../../http/index.ts';
import { createRegistry, parseReference, type Reference } from '../index.ts';
import type { RegistryRule, RuleMirror } from './endpoints.ts';
import { registrySettings } from './settings.ts';

const image = await makeImage({ layers: [[{ path: 'a', content: 'a' }]] });
const other = await makeImage({ layers: [[{ path: 'b', content: 'b' }]] });
const bytes = Buffer.alloc(100_000, 'wherry');
const blob = { digest: digestOf(bytes), size: bytes.length };

/** A client for `r.example`, which lies at `origin`, with mirrors. */
function connect(origin: TestRegistry, mirrors: readonly string[], env: Record<string, string> = {}) {
  const events: WherryEvent[] = [];
  const mirror = (registry: string): RuleMirror => ({ location: { registry, path: 'hub' }, insecure: false, pulls: 'all' });
  const rule: RegistryRule = {
    prefix: { kind: 'place', place: { registry: 'r.example', path: '' } },
    location: { registry: origin.host, path: '' },
    insecure: false,
    blocked: false,
    mirrors: mirrors.map(mirror),
    file: 'registries.conf',
  };
  const context = {
    http: createHttp({ env: {}, wait: async () => {} }),
    env,
    registries: { ...registrySettings({}), rules: async () => [rule] },
    emit: (event: WherryEvent) => void events.push(event),
    signal: new AbortController().signal,
    wait: async () => {},
  };
  return { pull: createRegistry(context, { mirrors: true }), push: createRegistry(context), events, context };
}

const reference = parseReference('r.example/app:1');
const byDigest = (digest: Digest): Reference => ({ ...reference, tag: undefined, digest });

async function collect(stream: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('mirrors', () => {
  it('are asked for tags, digests and blobs, and the registry for nothing that they have', async () => {
    const [origin, mirror] = [await startForTest(), await startForTest()];
    const digest = publish(mirror, 'hub/app', { image, tags: ['1'] });
    mirror.putBlob('hub/app', bytes);
    const { pull, events } = connect(origin, [mirror.host]);
    expect(await pull.headManifest(reference)).toMatchObject({ digest });
    expect((await pull.getManifest(reference)).bytes).toEqual(image.manifest);
    expect((await pull.getManifest(byDigest(digest))).bytes).toEqual(image.manifest);
    expect((await collect(await pull.openBlob(reference, blob))).equals(bytes)).toBe(true);
    expect(origin.seen).toEqual([]);
    expect(events).toEqual([]);
  });

  it.each([404, 401, 403, 500, 503, 429])('that answer %i are passed over with a note', async (status) => {
    const [origin, mirror] = [
      await startForTest(),
      await startForTest({ intercept: (_request, response) => Boolean(response.writeHead(status).end()) }),
    ];
    const digest = publish(origin, 'app', { image, tags: ['1'] });
    origin.putBlob('app', bytes);
    const { pull, events } = connect(origin, [mirror.host]);
    expect(await pull.getManifest(reference)).toMatchObject({ descriptor: { digest } });
    expect((await collect(await pull.openBlob(reference, blob))).equals(bytes)).toBe(true);
    expect(events).toEqual([{ type: 'note', message: expect.stringContaining(`the mirror ${mirror.host} of r.example`) }]);
    // One that is down is asked once, one that lacks something may have the next.
    expect(mirror.seen).toHaveLength(status === 429 || status >= 500 ? 1 : 2);
  });

  it('that cannot be reached are left for the next, and not asked again', async () => {
    const [origin, gone, second] = [await startForTest(), await startForTest(), await startForTest()];
    await gone.close();
    const digest = publish(second, 'hub/app', { image, tags: ['1'] });
    const { pull, events } = connect(origin, [gone.host, second.host]);
    await pull.getManifest(reference);
    await pull.getManifest(byDigest(digest));
    expect(events).toEqual([{ type: 'note', message: expect.stringMatching(/of no use \(cannot reach .*; going on without it$/) }]);
    expect(origin.seen).toEqual([]);
  });

  it('cannot change what a digest stands for', async () => {
    const [origin, mirror] = [await startForTest(), await startForTest()];
    const digest = publish(origin, 'app', { image, tags: ['1'] });
    const lie = {
      body: () => other.manifest,
      headers: { 'docker-content-digest': digest, 'content-length': String(other.manifest.length) },
    };
    publish(mirror, 'hub/app', { image, tags: ['1'] });
    mirror.fault({ on: 'GET manifest', times: 9, do: { kind: 'change', ...lie } });
    const { pull, events } = connect(origin, [mirror.host]);
    expect((await pull.getManifest(byDigest(digest))).bytes).toEqual(image.manifest);
    expect((await pull.getManifest(reference)).bytes).toEqual(image.manifest);
    expect(events).toEqual([{ type: 'note', message: expect.stringContaining('something else than it was asked for') }]);
  });

  it('that answer with a page of a proxy are passed over', async () => {
    const [origin, mirror] = [
      await startForTest(),
      await startForTest({ intercept: (_request, response) => Boolean(response.end('<html>log in')) }),
    ];
    const digest = publish(origin, 'app', { image, tags: ['1'] });
    expect(await connect(origin, [mirror.host]).pull.headManifest(reference)).toMatchObject({ digest });
    expect((await connect(origin, [mirror.host]).pull.getManifest(reference)).bytes).toEqual(image.manifest);
  });

  it('are asked with their own credentials, never with those of the registry', async () => {
    const [origin, mirror] = [
      await startForTest({ login: 'bearer', anonymous: false }),
      await startForTest({ login: 'bearer', anonymous: false }),
    ];
    publish(origin, 'app', { image, tags: ['1'] });
    publish(mirror, 'hub/app', { image, tags: ['1'] });
    const directory = await mkdtemp(join(tmpdir(), 'wherry-route-'));
    onTestFinished(async () => await rm(directory, { recursive: true }));
    const login = async (auths: Record<string, string>): Promise<Record<string, string>> => {
      const entries = Object.entries(auths).map(([host, text]) => [host, { auth: Buffer.from(text).toString('base64') }]);
      await writeFile(join(directory, 'config.json'), JSON.stringify({ auths: Object.fromEntries(entries) }));
      return { DOCKER_CONFIG: directory };
    };
    await connect(origin, [mirror.host], await login({ [mirror.host]: 'user:secret' })).pull.getManifest(reference);
    expect(origin.seen).toEqual([]);
    mirror.seen.length = 0;
    await connect(origin, [mirror.host], await login({ [origin.host]: 'user:secret' })).pull.getManifest(reference);
    expect(mirror.seen.map(({ headers }) => headers.authorization).filter(Boolean)).toEqual([]);
    expect(origin.count(/^GET \/v2\/app\/manifests/)).toBe(2);
  });

  it('see nothing of a push, nor of what decides about it', async () => {
    const [origin, mirror] = [await startForTest(), await startForTest()];
    publish(mirror, 'hub/app', { image, tags: ['1'] });
    mirror.putBlob('hub/app', bytes);
    const { push, pull } = connect(origin, [mirror.host]);
    expect(await push.headManifest(reference)).toBeUndefined();
    expect(await pull.hasBlob(reference, blob.digest)).toBe(false);
    const outcome = await push.putBlob(reference, { blob, open: async () => Readable.from([bytes]) });
    expect(outcome).toMatchObject({ how: 'uploaded', bytesSent: bytes.length });
    expect(origin.blob('app', blob.digest)).toEqual(bytes);
    expect(mirror.seen).toEqual([]);
  });
});

describe('the environment', () => {
  it('is judged before the first request', async () => {
    const origin = await startForTest();
    const { pull } = connect(origin, [], { WHERRY_REGISTRY_USERNAME: 'ci', WHERRY_REGISTRY_PASSWORD: 'canary' });
    await expect(pull.getManifest(reference)).rejects.toMatchObject({ code: 'REGISTRY_CONFIG' });
    expect(origin.seen).toEqual([]);
  });
});
