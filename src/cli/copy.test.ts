import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Copying, type Ran, requests } from '../../test/copying.ts';
import type { TestRegistry } from '../../test/registry/index.ts';

let at: Copying;
beforeEach(async () => {
  at = await Copying.begin();
});
afterEach(() => at.end());

const sentBytes = (registry: TestRegistry): number =>
  registry.seen.filter(({ url }) => url.includes('/blobs/')).reduce((sum, { bytes }) => sum + bytes, 0);

describe('copy from registry to registry', () => {
  it('keeps every document and blob, moves the tag last, and stores nothing here', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const { status, out } = await at.wherry('copy', `${from.host}/team/rich:1`, `${to.host}/mirror/rich`);
    expect({ status, out }).toEqual({ status: 0, out: `${to.host}/mirror/rich@${at.rich.root.digest}\n` });
    expect([...to.manifests('mirror/rich')].toSorted()).toEqual(at.documents());
    for (const digest of at.documents()) {
      const [copy, original] = [to.manifest('mirror/rich', digest), from.manifest('team/rich', digest)];
      expect([copy?.bytes, copy?.mediaType]).toEqual([original?.bytes, original?.mediaType]);
    }
    expect(to.manifest('mirror/rich', '1')?.bytes).toEqual(at.rich.bytes.get(at.rich.root.digest));
    expect(to.seen.at(-1)).toMatchObject({ method: 'PUT', url: '/v2/mirror/rich/manifests/1' });
    expect(await readdir(join(at.directory, 'store/blobs')).catch(() => [])).toEqual([]);
  });

  it('asks each side once if there is nothing to do', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const copy = () => at.wherry('copy', `${from.host}/team/rich:1`, `${to.host}/rich:1`);
    const first = await copy();
    requests(from);
    requests(to);
    expect((await copy()).out).toBe(first.out);
    expect([requests(from), requests(to)]).toEqual([['HEAD /v2/team/rich/manifests/1'], ['HEAD /v2/rich/manifests/1']]);
  });

  it('sends only the blobs that are not there', async () => {
    const [from, to] = [await at.source(), await at.start()];
    await at.wherry('copy', '--platform', 'linux/amd64', `${from.host}/team/rich:1`, `${to.host}/rich:amd64`);
    expect(to.manifests('rich')).toEqual([at.rich.platforms.amd64.digest]);
    const [before, shared] = [to.seen.length, to.count(/^PUT .*\/blobs\//)];
    const { out } = await at.wherry('copy', '--json', `${from.host}/team/rich:1`, `${to.host}/rich:1`);
    const { blobs, ...rest } = JSON.parse(out);
    expect(rest).toMatchObject({
      schemaVersion: 1,
      digest: at.rich.root.digest,
      unchanged: false,
      referrers: 0,
      mediaType: at.rich.root.mediaType,
    });
    expect(blobs.present).toBe(shared);
    expect(to.seen.slice(before).filter(({ method, url }) => method === 'PUT' && url.includes('/blobs/'))).toHaveLength(blobs.uploaded);
  });

  it('mounts within a registry: no byte of a blob is read or sent', async () => {
    const registry = await at.source();
    const { status } = await at.wherry('copy', `${registry.host}/team/rich:1`, `${registry.host}/other/rich:2`);
    expect(status).toBe(0);
    expect(sentBytes(registry)).toBe(0);
    expect(registry.count(/^GET .*\/blobs\//)).toBe(0);
    expect(registry.manifest('other/rich', '2')?.bytes).toEqual(at.rich.bytes.get(at.rich.root.digest));
  });

  it('gives another tag in the same repository with one document', async () => {
    const registry = await at.source();
    await at.wherry('copy', `${registry.host}/team/rich:1`, `${registry.host}/team/rich:prod`);
    expect(requests(registry).slice(0, 4)).toEqual([
      'HEAD /v2/team/rich/manifests/1',
      'HEAD /v2/team/rich/manifests/prod',
      'GET /v2/team/rich/manifests/DIGEST',
      'PUT /v2/team/rich/manifests/prod',
    ]);
    expect(registry.manifest('team/rich', 'prod')?.bytes).toEqual(at.rich.bytes.get(at.rich.root.digest));
  });

  it('moves no tag for a source that is named by its digest, and makes no other digest', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const wanted = `${from.host}/team/rich@${at.rich.root.digest}`;
    expect((await at.wherry('copy', wanted, `${to.host}/rich`)).status).toBe(0);
    expect(to.manifest('rich', at.rich.root.digest)).toBeDefined();
    expect(to.manifest('rich', 'latest')).toBeUndefined();
    expect((await at.wherry('copy', wanted, `${to.host}/other:1@${at.rich.root.digest}`)).status).toBe(0);
    expect(to.manifest('other', '1')).toBeDefined();
    const other = `${to.host}/third@${at.rich.platforms.amd64.digest}`;
    await expect(at.wherry('copy', wanted, other)).rejects.toMatchObject({ code: 'COPY_DIGEST' });
    expect(to.manifests('third')).toEqual([]);
  });

  it('leaves the tag alone when a blob arrives with other bytes', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const old = to.putManifest('rich', { bytes: Buffer.from('{}'), mediaType: at.rich.root.mediaType, tags: ['1'] });
    from.fault({ on: 'GET blob', times: 100, do: { kind: 'change', body: (body) => Buffer.alloc(body.length, 'x') } });
    await expect(at.wherry('copy', `${from.host}/team/rich:1`, `${to.host}/rich:1`)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(to.manifests('rich')).toEqual([old]);
    expect(to.manifest('rich', '1')?.bytes).toEqual(Buffer.from('{}'));
    expect(to.openUploads()).toBe(0);
  });

  it('refuses a document with other bytes', async () => {
    const [from, to] = [await at.source(), await at.start()];
    from.fault({ on: 'GET manifest', nth: 2, do: { kind: 'change', body: (body) => Buffer.from(body.toString().replace('2', '3')) } });
    await expect(at.wherry('copy', `${from.host}/team/rich:1`, `${to.host}/rich:1`)).rejects.toMatchObject({ code: 'REGISTRY_PROTOCOL' });
    expect(to.seen.filter(({ method }) => method !== 'HEAD')).toEqual([]);
  });
});

describe('copy --referrers', () => {
  const all = () => at.documents({ referrers: true });

  it.each([
    ['the referrers API', true],
    ['fallback tags', false],
  ])('takes signatures and SBOMs along, theirs too, with %s', async (_name, referrers) => {
    const [from, to] = [await at.source(), await at.start({ behaviour: { referrers } })];
    const copy = (): Promise<Ran> => at.wherry('copy', '--referrers', `${from.host}/team/rich:1`, `${to.host}/rich:1`);
    expect((await copy()).err).toContain('3 referrers');
    expect(all().filter((digest) => !to.manifests('rich').includes(digest))).toEqual([]);
    for (const referrer of [at.rich.signature, at.rich.sbom, at.rich.sbomSignature]) {
      expect(to.manifest('rich', referrer.digest)?.bytes).toEqual(at.rich.bytes.get(referrer.digest));
    }
    expect(to.seen.at(-1)?.url).toBe('/v2/rich/manifests/1');
    // What comes from there again has them all.
    const back = await at.start();
    await at.wherry('copy', '--referrers', `${to.host}/rich:1`, `${back.host}/rich:1`);
    expect([...back.manifests('rich')].toSorted()).toEqual(all());
  });

  it('goes by layouts and archives', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const steps = [`${from.host}/team/rich:1`, 'oci:layout', 'tar:rich.tar', `${to.host}/rich:1`];
    for (const [position, step] of steps.slice(1).entries()) await at.wherry('copy', '--referrers', steps[position] as string, step);
    expect([...to.manifests('rich')].toSorted()).toEqual(all());
  });

  it('is named where it would have taken something along', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const { err } = await at.wherry('copy', `${from.host}/team/rich:1`, `${to.host}/rich:1`);
    expect(err).toMatch(/one manifest refers to the source and stayed there: application\/vnd\.example\.signature\n.*--referrers/);
    expect([...to.manifests('rich')].toSorted()).toEqual(at.documents());
  });

  it('copies a signature as what it is, so that it is found at its new place', async () => {
    const [from, to] = [await at.source(), await at.start({ behaviour: { referrers: false } })];
    await at.wherry('copy', `${from.host}/team/rich@${at.rich.signature.digest}`, `${to.host}/rich:signature`);
    expect(to.manifest('rich', 'signature')?.bytes).toEqual(at.rich.bytes.get(at.rich.signature.digest));
    expect(Buffer.from(to.manifest('rich', at.rich.root.digest.replace(':', '-'))?.bytes ?? []).toString()).toContain(
      at.rich.signature.digest,
    );
  });
});
