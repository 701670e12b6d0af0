import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Copying, requests } from '../../test/copying.ts';
import { sampleImage } from '../../test/sampleImage.ts';
import { rememberImage } from '../sources/index.ts';
import { openStore } from '../store/index.ts';

let at: Copying;
beforeEach(async () => {
  at = await Copying.begin();
});
afterEach(() => at.end());

describe('copy with other places', () => {
  it('goes by a layout and an archive and comes back as it was', async () => {
    const [from, to] = [await at.source(), await at.start()];
    const steps = [`${from.host}/team/rich:1`, 'oci:layout', 'tar:rich.tar', 'oci:again:2', `${to.host}/rich`];
    for (const [position, step] of steps.slice(1).entries()) {
      const { status, out } = await at.wherry('copy', steps[position] as string, step);
      expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining(`@${at.rich.root.digest}\n`) });
    }
    expect([...to.manifests('rich')].toSorted()).toEqual(at.documents());
    expect(to.manifest('rich', '2')?.bytes).toEqual(at.rich.bytes.get(at.rich.root.digest));
  });

  it('keeps the name of the source, or takes the one that is given', async () => {
    const from = await at.source();
    const names = async (layout: string): Promise<string> => (await at.wherry('inspect', '--platform', 'linux/arm64', `oci:${layout}`)).out;
    await at.wherry('copy', `${from.host}/team/rich:1`, 'oci:a');
    expect(await names('a')).toContain(`${from.host}/team/rich:1`);
    await at.wherry('copy', 'oci:a', 'oci:b:prod');
    expect(await names('b:prod')).toContain(`${from.host}/team/rich:prod`);
    await at.wherry('copy', 'oci:b:prod', 'oci:c:example.com/other:2');
    expect(await names('c:2')).toContain('example.com/other:2');
  });

  it('copies the last build under latest', async () => {
    const to = await at.start();
    const image = await sampleImage();
    const store = await openStore({ env: {}, directory: join(at.directory, 'store') });
    for (const { digest, size } of image.layers) {
      const writer = await store.writer();
      for await (const chunk of await image.blobs.open({ digest, size })) await writer.write(chunk as Uint8Array);
      await writer.commit(digest);
    }
    await rememberImage(store, image);
    expect((await at.wherry('copy', 'site', `${to.host}/site`)).out).toBe(`${to.host}/site@${image.descriptor.digest}\n`);
    expect(to.manifest('site', 'latest')?.bytes).toEqual(image.manifest);
  });

  it('takes one platform, and names those that there are', async () => {
    const from = await at.source();
    const { out } = await at.wherry('copy', '--platform=linux/arm64', `${from.host}/team/rich:1`, 'tar:arm64.tar');
    expect(out).toBe(`${from.host}/team/rich@${at.rich.platforms.arm64.digest}\n`);
    const other = at.wherry('copy', '--platform', 'linux/riscv64', `${from.host}/team/rich:1`, 'tar:riscv.tar');
    await expect(other).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND', details: ['it has: linux/amd64, linux/arm64/v8, windows/amd64'] });
    await expect(access(join(at.directory, 'riscv.tar'))).rejects.toThrow();
  });
});

describe('copy refuses before anything is asked', () => {
  it.each([
    ['docker://example.com/x', 'USAGE', /leave docker:\/\/ out/],
    ['oci-archive:x.tar', 'USAGE', /tar:FILE/],
    ['oci:', 'USAGE', /oci:site/],
    ['Example', 'REFERENCE_INVALID', /lower-case/],
    ['python:3', 'USAGE', /name the registry/],
    ['tar:.', 'SINK_WRITE', /name a file/],
    ['oci:full', 'SINK_WRITE', /empty or new directory/],
  ])('%s: %s', async (to, code, hint) => {
    const from = await at.source();
    await at.wherry('copy', `${from.host}/team/rich:1`, 'oci:full/below');
    requests(from);
    await expect(at.wherry('copy', `${from.host}/team/rich:1`, to)).rejects.toMatchObject({ code, hint: expect.stringMatching(hint) });
    expect(requests(from)).toEqual([]);
  });

  it('registries with --offline', async () => {
    await expect(at.wherry('copy', '--offline', 'oci:x', 'example.com/x:1')).rejects.toMatchObject({ code: 'NETWORK_OFFLINE' });
    await expect(at.wherry('copy', '--offline', 'example.com/x:1', 'oci:x')).rejects.toMatchObject({ code: 'NETWORK_OFFLINE' });
    expect(await readdir(at.directory)).not.toContain('x');
  });

  it('a login that is missing, before the source is read', async () => {
    const [from, to] = [await at.source(), await at.start({ login: 'basic' })];
    await expect(at.wherry('copy', `${from.host}/team/rich:1`, `${to.host}/rich`)).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
    expect(from.count(/^GET/)).toBe(0);
  });
});

describe('a name', () => {
  it('is that of a build, else a registry reference; if it is neither, both are said', async () => {
    await expect(at.wherry('inspect', '--offline', 'nothing')).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      message: 'no image named nothing',
      details: ['it was not built here', expect.stringMatching(/^and in the registry: .*docker\.io/)],
    });
    const from = await at.source();
    await expect(at.wherry('inspect', `${from.host}/team/nothing:1`)).rejects.toMatchObject({ code: 'REGISTRY_NOT_FOUND' });
  });

  it('lets inspect read from a registry', async () => {
    const from = await at.source();
    const { out } = await at.wherry('inspect', '--json', '--platform', 'linux/amd64', `${from.host}/team/rich:1`);
    expect(JSON.parse(out)).toMatchObject({ digest: at.rich.platforms.amd64.digest, name: `${from.host}/team/rich:1`, layers: 2 });
    expect(from.count(/^GET .*\/blobs\//)).toBe(2);
  });

  it('lets inspect read every platform of an index', async () => {
    const from = await at.source();
    const name = `${from.host}/team/rich:1`;
    const { amd64, arm64 } = at.rich.platforms;
    const json = JSON.parse((await at.wherry('inspect', '--json', name)).out);
    expect(json).toMatchObject({
      digest: at.rich.root.digest,
      images: [
        { platform: 'linux/amd64', digest: amd64.digest },
        { platform: 'linux/arm64', digest: arm64.digest },
      ],
    });
    const { out } = await at.wherry('inspect', '--files', name);
    expect(out.split('\n').filter((line) => line.startsWith('linux/'))).toEqual([
      `linux/amd64 ${amd64.digest}`,
      `linux/arm64 ${arm64.digest}`,
    ]);
    const check = await at.wherry('inspect', '--check', name);
    expect(check.err).toContain(`${name} linux/arm64 ${arm64.digest}: `);
    await expect(at.wherry('inspect', '--platform', 'linux/riscv64', name)).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'add --platform, one of linux/amd64, linux/arm64',
    });
  });
});
