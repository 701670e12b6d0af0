import { describe, expect, it } from 'vitest';
import { encode, makeImage } from '../../../test/images.ts';
import type { Fault, TestRegistry, TestRegistryOptions } from '../../../test/registry/index.ts';
import { connectRegistry, startForTest } from '../../../test/registry-client.ts';
import { digestOf } from '../../digest.ts';
import { mediaTypes, parseReference } from '../index.ts';

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const server = await startForTest(options);
  for (const blob of image.blobs) server.putBlob('app', blob);
  return server;
}

const image = await makeImage({ layers: [[{ path: 'a', content: 'a' }]] });
const manifest = { mediaType: image.mediaType, bytes: image.manifest };
const app = (server: TestRegistry, rest = ':1') => parseReference(`${server.host}/app${rest}`);
const say = (status: number, ...errors: readonly object[]): Fault['do'] => ({ kind: 'answer', status, body: JSON.stringify({ errors }) });

describe('a manifest', () => {
  it('is stored under its tag, else under its digest, with its exact bytes and type', async () => {
    const server = await start();
    const { registry } = connectRegistry();
    expect(await registry.putManifest(app(server), manifest)).toBe(image.digest);
    expect(await registry.putManifest(app(server, `@${image.digest}`), manifest)).toBe(image.digest);
    expect(await registry.putManifest(app(server, `:2@${image.digest}`), manifest)).toBe(image.digest);
    expect(server.seen.map(({ method, url }) => `${method} ${url.slice('/v2/app/manifests/'.length)}`)).toEqual([
      'PUT 1',
      `PUT ${image.digest}`,
      'PUT 2',
    ]);
    expect(server.manifest('app', '1')).toMatchObject({ mediaType: image.mediaType, bytes: Buffer.from(image.manifest) });
  });

  it.each(['lose', 'answer'] as const)('is sent again after a fault: %s', async (kind) => {
    const fault = kind === 'lose' ? ({ kind } as const) : say(503);
    const server = await start({ faults: [{ on: 'PUT manifest', do: fault }] });
    const { registry, waits } = connectRegistry();
    expect(await registry.putManifest(app(server), manifest)).toBe(image.digest);
    expect(waits).toHaveLength(1);
  });

  it('that the registry confirms under another digest is an error; no digest is none', async () => {
    const change = (digest: string | undefined): Fault => ({
      on: 'PUT manifest',
      do: { kind: 'change', headers: { 'docker-content-digest': digest } },
    });
    const wrong = await start({ faults: [change(digestOf('other'))] });
    await expect(connectRegistry().registry.putManifest(app(wrong), manifest)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    for (const digest of [undefined, 'sha512:abc']) {
      const silent = await start({ faults: [change(digest)] });
      expect(await connectRegistry().registry.putManifest(app(silent), manifest)).toBe(image.digest);
    }
  });

  it('that does not match its digest or is too large is not sent', async () => {
    const server = await start();
    const { registry } = connectRegistry();
    const other = registry.putManifest(app(server, `@${digestOf('other')}`), manifest);
    await expect(other).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    const large = registry.putManifest(app(server), { ...manifest, bytes: Buffer.alloc(5 << 20) });
    await expect(large).rejects.toMatchObject({ code: 'REGISTRY_TOO_LARGE' });
    expect(server.seen).toEqual([]);
  });

  it('that lists what is not there is told with the digests', async () => {
    const server = await start();
    const missing = digestOf('missing');
    const config = { mediaType: mediaTypes.config, digest: missing, size: 1 };
    const bytes = encode({ schemaVersion: 2, mediaType: mediaTypes.manifest, config, layers: [] });
    await expect(connectRegistry().registry.putManifest(app(server), { ...manifest, bytes })).rejects.toMatchObject({
      code: 'REGISTRY_BLOB_UNKNOWN',
      message: `cannot store the manifest ${server.host}/app:1: the registry misses what it lists`,
      details: [`missing: ${missing}`, 'the registry says: MANIFEST_BLOB_UNKNOWN it is MANIFEST_BLOB_UNKNOWN'],
    });
    expect(server.count(/PUT/)).toBe(1);
  });

  it.each([
    ['MANIFEST_UNKNOWN', { Digest: digestOf('child') }, [`missing: ${digestOf('child')}`]],
    ['BLOB_UNKNOWN', digestOf('blob'), [`missing: ${digestOf('blob')}`]],
    ['MANIFEST_BLOB_UNKNOWN', null, []],
  ])('missing things are found in %s with the detail %j', async (code, detail, missing) => {
    const server = await start({ faults: [{ on: 'PUT manifest', do: say(400, { code, detail }) }] });
    await expect(connectRegistry().registry.putManifest(app(server), manifest)).rejects.toMatchObject({
      code: 'REGISTRY_BLOB_UNKNOWN',
      details: [...missing, `the registry says: ${code}`],
    });
  });

  it.each([
    [400, { code: 'TAG_INVALID', message: 'the tag exists' }],
    [400, { code: 'ImageTagAlreadyExistsException' }],
    [405, { code: 'DENIED' }],
    [409, {}],
    [412, { code: 'PRECONDITION', message: 'configured as immutable' }],
  ])('whose tag may not move (%i %j) is told so, by digest not', async (status, error) => {
    const server = await start({ faults: [{ on: 'PUT manifest', times: 2, do: say(status, error) }] });
    const { registry } = connectRegistry();
    const tagged = registry.putManifest(app(server), manifest);
    await expect(tagged).rejects.toMatchObject({
      code: 'REGISTRY_TAG_IMMUTABLE',
      message: expect.stringContaining('tag 1 may not be moved'),
    });
    const named = registry.putManifest(app(server, `@${image.digest}`), manifest);
    await expect(named).rejects.not.toMatchObject({ code: 'REGISTRY_TAG_IMMUTABLE' });
  });

  it.each([
    [413, {}, 'REGISTRY_TOO_LARGE'],
    [400, { code: 'MANIFEST_INVALID', message: 'no such media type' }, 'REGISTRY_PROTOCOL'],
    [400, { code: 'DENIED' }, 'REGISTRY_DENIED'],
    [400, { code: 'TOOMANYREQUESTS' }, 'REGISTRY_LIMIT'],
    [404, { code: 'NAME_UNKNOWN' }, 'REGISTRY_NOT_FOUND'],
    [501, {}, 'REGISTRY_PROTOCOL'],
  ])('%i %j is %s', async (status, error, code) => {
    const server = await start({ faults: [{ on: 'PUT manifest', times: 9, do: say(status, error) }] });
    const { code: serverCode = '', message = '' } = error as { code?: string; message?: string };
    await expect(connectRegistry().registry.putManifest(app(server), manifest)).rejects.toMatchObject({
      code,
      details: [`the registry says: ${serverCode} ${message}`.trim()],
    });
  });

  it('is refused in words without secrets, colours and length', async () => {
    const message = `at https://user:PASS@s.example/x?sig=SIGNATURE with Bearer TOKENTOKEN \x1b[31m${'x'.repeat(500)}`;
    const server = await start({ faults: [{ on: 'PUT manifest', do: say(400, { code: 'X', message }) }] });
    const failed = await connectRegistry()
      .registry.putManifest(app(server), manifest)
      .catch((error) => error);
    expect(failed.details[0]).toMatch(/^the registry says: X at https:\/\/s\.example\/x\?… with Bearer … \[31mx{50,}$/);
    expect(failed.details[0].length).toBeLessThanOrEqual(200);
  });

  it('may come with warnings, which are shown once', async () => {
    const warning = '299 - "this repository is \\"old\\"", 299 - "move, please", 199 - "no"';
    const server = await start({ behaviour: { headers: { warning } } });
    const { registry, events } = connectRegistry();
    await registry.putManifest(app(server), manifest);
    await registry.putManifest(app(server, ':2'), manifest);
    expect(events).toEqual([
      { type: 'warning', message: `${server.host} warns: this repository is "old"` },
      { type: 'warning', message: `${server.host} warns: move, please` },
    ]);
  });
});
