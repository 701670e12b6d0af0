import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEngine } from '../../test/fakeEngine.ts';
import { collect, sampleImage } from '../../test/sampleImage.ts';
import type { Image } from '../image/index.ts';
import { archiveSink } from '../sinks/index.ts';
import { openStore, type Store } from '../store/index.ts';
import { layerTar, openDaemon, openImage } from './index.ts';

const signal = new AbortController().signal;
let directory: string;
let store: Store;
let engine: FakeEngine | undefined;
/** The platform that was asked for. */
let asked: string | null;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-from-daemon-'));
  store = await openStore({ env: {}, directory: join(directory, 'store') });
});
afterEach(async () => {
  engine?.server.close();
  engine = undefined;
  await rm(directory, { recursive: true, force: true });
});

const left = () => readdir(join(directory, 'store/tmp'));

/** A Docker daemon that saves `site:1` as an archive, or as the first bytes of it. */
async function saving(image: Image, { length, Manifests }: { length?: number; Manifests?: unknown } = {}): Promise<Record<string, string>> {
  const file = join(directory, 'image.tar');
  await archiveSink(file).put(image, { references: ['site:1'], signal });
  const archive = await readFile(file);
  engine = await FakeEngine.start(directory, {
    store: 'layers',
    intercept: (line, response, query) => {
      if (line === 'GET /images/site:1/json')
        return !!response.end(JSON.stringify({ Id: image.descriptor.digest, Architecture: 'amd64', Manifests }));
      if (line !== 'GET /images/site:1/get') return false;
      asked = query.get('platform');
      if (length === undefined) return !!response.end(archive);
      response.writeHead(200, { 'content-length': archive.length }).write(archive.subarray(0, length), () => response.destroy());
      return true;
    },
  });
  return { DOCKER_HOST: engine.host };
}

describe('openDaemon', () => {
  it('reads an image of Docker, from a file that is gone when it is removed', async () => {
    const image = await sampleImage();
    const place = await openDaemon('docker', 'site:1', { env: await saving(image), store, signal });
    expect(place.name).toBe('docker:site:1');
    const read = (await openImage(place)) as Image;
    expect(read.descriptor.digest).toBe(image.descriptor.digest);
    const [layer] = read.layers;
    expect(await collect(layerTar(read, layer as NonNullable<typeof layer>))).not.toHaveLength(0);
    expect(await left()).toHaveLength(1);
    place.remove();
    expect(await left()).toEqual([]);
  });

  it('asks for the platform that there is of an index that a pull brought in part', async () => {
    const image = await sampleImage();
    const entry = (architecture: string, Available: boolean) => ({
      ID: architecture,
      Available,
      ImageData: { Platform: { os: 'linux', architecture } },
    });
    const attestation = { ID: 'a', Available: false };
    const notes: unknown[] = [];
    const open = async (Manifests: unknown) => {
      const env = await saving(image, { Manifests });
      (await openDaemon('docker', 'site:1', { env, store, signal, emit: (event) => notes.push(event) })).remove();
      engine?.server.close();
      return asked;
    };
    expect(await open([entry('amd64', true), entry('arm64', true)])).toBeNull();
    expect(notes).toEqual([]);
    expect(await open([entry('arm64', true), entry('amd64', true), attestation])).toBe('{"os":"linux","architecture":"amd64"}');
    expect(await open([entry('arm64', true), entry('amd64', false)])).toBe('{"os":"linux","architecture":"arm64"}');
    expect(notes).toMatchObject([{ message: expect.stringContaining('only linux/amd64 of site:1') }, { type: 'note' }]);
  });

  it('says that there is no such image', async () => {
    const env = await saving(await sampleImage());
    await expect(openDaemon('docker', 'other:1', { env, store, signal })).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  });

  it('leaves nothing of an archive that ends too early', async () => {
    const env = await saving(await sampleImage(), { length: 700 });
    await expect(openDaemon('docker', 'site:1', { env, store, signal })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
    expect(await left()).toEqual([]);
  });

  it('reads an image of Podman by its command line, and shows what it says when it fails', async () => {
    const image = await sampleImage();
    await saving(image);
    const podman = (last: string) =>
      writeFile(join(directory, 'podman'), `#!/bin/sh\n[ "$1" = image ] && exit 0\n${last}\n`, { mode: 0o755 });
    const env = { PATH: `${directory}:/usr/bin:/bin`, CONTAINERS_CONF: '/dev/null' };
    await podman(`cat ${directory}/image.tar`);
    const place = await openDaemon('podman', 'site:1', { env, store, signal });
    expect((await openImage(place)).descriptor.digest).toBe(image.descriptor.digest);
    place.remove();
    await podman(`head -c 700 ${directory}/image.tar; echo "disk is broken" >&2; exit 125`);
    const failed = openDaemon('podman', 'site:1', { env, store, signal });
    await expect(failed).rejects.toMatchObject({ code: 'DAEMON_REFUSED', details: ['disk is broken'] });
    expect(await left()).toEqual([]);
  });
});
