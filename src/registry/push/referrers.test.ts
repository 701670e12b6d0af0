import { describe, expect, it } from 'vitest';
import { encode } from '../../../test/images.ts';
import type { Fault, TestRegistry, TestRegistryOptions } from '../../../test/registry/index.ts';
import { connectRegistry, startForTest } from '../../../test/registry-client.ts';
import { digestOf } from '../../digest.ts';
import { mediaTypes, parseReference } from '../index.ts';

const empty = { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 };
const subject = { mediaType: mediaTypes.manifest, digest: digestOf('subject'), size: 7 };
const tag = subject.digest.replace(':', '-');

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const server = await startForTest(options);
  server.putBlob('app', Buffer.from('{}'));
  return server;
}

/** An artifact about the subject; without a type its config's type counts. */
function artifact(name: string, artifactType: string | undefined = 'application/x.sbom') {
  const facts = artifactType === '' ? {} : { artifactType };
  const annotations = { name };
  const bytes = encode({
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    ...facts,
    config: empty,
    layers: [empty],
    subject,
    annotations,
  });
  const descriptor = { mediaType: mediaTypes.manifest, digest: digestOf(bytes), size: bytes.length, ...facts, annotations };
  return { mediaType: mediaTypes.manifest, bytes, descriptor };
}

const app = (server: TestRegistry) => parseReference(`${server.host}/app`);
const listed = (server: TestRegistry) => JSON.parse(Buffer.from(server.manifest('app', tag)?.bytes ?? []).toString()).manifests;
const index = (manifests: readonly unknown[], more = {}) => encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests, ...more });

describe('referrers', () => {
  it.each([true, false])('come from the API over all pages, filtered by the registry: %s', async (filtersReferrers) => {
    const server = await start({ behaviour: { filtersReferrers, referrersPage: 2 } });
    const sboms = ['a', 'b', 'c'].map((name) => artifact(name));
    for (const { bytes, mediaType } of [...sboms, artifact('d', 'application/x.other')]) server.putManifest('app', { bytes, mediaType });
    const { registry } = connectRegistry();
    expect(await registry.referrers(app(server), subject.digest)).toHaveLength(4);
    expect(await registry.referrers(app(server), subject.digest, 'application/x.sbom')).toEqual(sboms.map(({ descriptor }) => descriptor));
    expect(await registry.referrers(app(server), digestOf('nobody'))).toEqual([]);
    expect(server.count(/manifests/)).toBe(0);
  });

  it.each([
    ['404', { kind: 'answer', status: 404 }],
    ['400', { kind: 'answer', status: 400 }],
    ['a page for people', { kind: 'answer', status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['other JSON', { kind: 'answer', status: 200, headers: { 'content-type': 'application/json' }, body: '{}' }],
  ] as [string, Fault['do']][])('come from the fallback tag where the API is %s', async (_what, fault) => {
    const server = await start({ faults: [{ on: 'GET referrers', times: 9, do: fault }] });
    const { registry } = connectRegistry();
    expect(await registry.referrers(app(server), subject.digest)).toEqual([]);
    const { descriptor } = artifact('a');
    server.putManifest('app', { bytes: index([descriptor]), mediaType: mediaTypes.index, tags: [tag] });
    expect(await registry.referrers(app(server), subject.digest)).toEqual([descriptor]);
    expect(await registry.referrers(app(server), subject.digest, 'application/x.other')).toEqual([]);
  });

  it('may be none, written as null, and are not spoilt by one with another digest algorithm', async () => {
    const other = { mediaType: mediaTypes.manifest, digest: `sha512:${'a'.repeat(128)}`, size: 1 };
    const answer = (manifests: unknown): Fault['do'] => ({
      kind: 'answer',
      status: 200,
      body: JSON.stringify({ schemaVersion: 2, manifests }),
    });
    const { descriptor } = artifact('a');
    const server = await start({
      faults: [
        { on: 'GET referrers', do: answer(null) },
        { on: 'GET referrers', nth: 2, do: answer([other, descriptor]) },
      ],
    });
    const { registry } = connectRegistry();
    expect(await registry.referrers(app(server), subject.digest)).toEqual([]);
    expect(await registry.referrers(app(server), subject.digest)).toEqual([descriptor]);
    expect(server.count(/manifests/)).toBe(0);
  });

  it('without a type in the list are opened, and taken as they are if they are gone', async () => {
    const server = await start({ behaviour: { referrers: false } });
    const [known, bare, gone] = [artifact('a'), artifact('b', ''), artifact('c')];
    for (const { bytes, mediaType } of [known, bare]) server.putManifest('app', { bytes, mediaType });
    const untyped = [known, bare, gone].map(({ descriptor: { digest, size, mediaType } }) => ({ digest, size, mediaType }));
    server.putManifest('app', { bytes: index(untyped), mediaType: mediaTypes.index, tags: [tag] });
    const { registry } = connectRegistry();
    const types = (await registry.referrers(app(server), subject.digest)).map(({ artifactType }) => artifactType);
    expect(types).toEqual(['application/x.sbom', empty.mediaType, undefined]);
    expect(await registry.referrers(app(server), subject.digest, 'application/x.sbom')).toHaveLength(1);
  });

  it.each([
    [401, 'REGISTRY_AUTH'],
    [403, 'REGISTRY_DENIED'],
    [500, 'REGISTRY_PROTOCOL'],
  ])('are an error at %i', async (status, code) => {
    const server = await start({ faults: [{ on: 'GET referrers', times: 9, do: { kind: 'answer', status } }] });
    await expect(connectRegistry().registry.referrers(app(server), subject.digest)).rejects.toMatchObject({ code });
  });
});

describe('a new referrer', () => {
  it('is stored by digest, and nothing more where there is the API, which is asked once', async () => {
    const server = await start();
    const { registry } = connectRegistry();
    const [first, second] = [artifact('a'), artifact('b')];
    expect(await registry.putReferrer(app(server), first)).toBe(first.descriptor.digest);
    await registry.putReferrer(app(server), second);
    expect(server.seen.map(({ method, url }) => `${method} ${url.split('/')[3]}`)).toEqual([
      'PUT manifests',
      'GET referrers',
      'PUT manifests',
    ]);
    expect(await registry.referrers(app(server), subject.digest)).toHaveLength(2);
  });

  it('is listed by the fallback tag with type and annotations, whatever OCI-Subject says', async () => {
    const header = { 'oci-subject': subject.digest };
    const server = await start({
      behaviour: { referrers: false },
      faults: [{ on: 'PUT manifest', times: 9, do: { kind: 'change', headers: header } }],
    });
    const { registry } = connectRegistry();
    const all = ['a', 'b', 'c'].map((name) => artifact(name));
    await Promise.all(all.map((one) => registry.putReferrer(app(server), one)));
    expect(listed(server)).toEqual(expect.arrayContaining(all.map(({ descriptor }) => descriptor)));
    await registry.putReferrer(app(server), artifact('a'));
    expect(listed(server)).toHaveLength(3);
    expect(await registry.referrers(app(server), subject.digest)).toHaveLength(3);
  });

  it('leaves what others wrote into the list as it is', async () => {
    const server = await start({ behaviour: { referrers: false } });
    const theirs = { mediaType: mediaTypes.manifest, digest: digestOf('theirs'), size: 3, data: 'eHl6', unknown: [1] };
    server.putManifest('app', { bytes: index([theirs], { annotations: { by: 'them' } }), mediaType: mediaTypes.index, tags: [tag] });
    await connectRegistry().registry.putReferrer(app(server), artifact('a', ''));
    const document = JSON.parse(Buffer.from(server.manifest('app', tag)?.bytes ?? []).toString());
    const { descriptor } = artifact('a', '');
    expect(document).toMatchObject({ annotations: { by: 'them' }, manifests: [theirs, { ...descriptor, artifactType: empty.mediaType }] });
  });

  it('survives one writer that overwrites the list, and says so if it is lost again', async () => {
    const overwrite = (server: TestRegistry) => () =>
      void server.putManifest('app', { bytes: index([artifact('theirs').descriptor]), mediaType: mediaTypes.index, tags: [tag] });
    const race = async (times: number) => {
      const server = await start({ behaviour: { referrers: false } });
      server.fault({ on: 'GET manifest', nth: 2, times, do: { kind: 'meanwhile', run: overwrite(server) } });
      await connectRegistry().registry.putReferrer(app(server), artifact('ours'));
      return listed(server).length;
    };
    expect(await race(1)).toBe(2);
    await expect(race(9)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL', hint: expect.stringContaining('another process') });
  });

  it('does not overwrite a tag that is no list, and needs a subject', async () => {
    const server = await start({ behaviour: { referrers: false } });
    const bytes = artifact('x').bytes;
    server.putManifest('app', { bytes, mediaType: mediaTypes.manifest, tags: [tag] });
    const { registry } = connectRegistry();
    await expect(registry.putReferrer(app(server), artifact('a'))).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(server.manifest('app', tag)?.bytes).toEqual(bytes);
    await expect(registry.putReferrer(app(server), { mediaType: 'x', bytes: encode({}) })).rejects.toMatchObject({
      code: 'REGISTRY_PROTOCOL',
      message: expect.stringContaining('no subject'),
    });
  });
});
