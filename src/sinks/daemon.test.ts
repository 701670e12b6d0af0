import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEngine, type FakeOptions, holds } from '../../test/fakeEngine.ts';
import { type Blobs, memoryBlobs, sampleImage, sampleLayer, samplePlan } from '../../test/sampleImage.ts';
import type { WherryEvent } from '../events.ts';
import { assembleImage, assembleIndex, type Image, type ImageIndex } from '../image/index.ts';
import { openStore } from '../store/index.ts';
import { daemonSink } from './index.ts';

const signal = new AbortController().signal;
const full = 'docker.io/library/site:1';
let directory: string;
let engine: FakeEngine | undefined;
let events: WherryEvent[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-daemon-'));
  events = [];
});
afterEach(async () => {
  engine?.server.close();
  engine = undefined;
  await rm(directory, { recursive: true, force: true });
});

async function started(options: FakeOptions): Promise<FakeEngine> {
  engine = await FakeEngine.start(directory, options);
  return engine;
}

async function put(image: Image | ImageIndex, host = engine?.host ?? '') {
  const store = await openStore({ env: {}, directory: join(directory, 'store') });
  const sink = daemonSink('docker', { env: { DOCKER_HOST: host }, store, emit: (event) => events.push(event) });
  return await sink.put(image, { references: ['site:1'], signal });
}

/** Images of one base and one layer of their own. */
const blobs: Blobs = new Map();
const base = await sampleLayer(blobs, [{ name: 'base', text: 'b'.repeat(5000) }], { recipe: undefined } as object);
async function onBase(text: string, plan: Partial<typeof samplePlan> = {}): Promise<Image> {
  const own = await sampleLayer(blobs, [{ name: 'own', text }]);
  return assembleImage({ plan: { ...samplePlan, ...plan }, layers: [base, own], blobs: memoryBlobs(blobs) });
}

const stores = ['layers', 'manifests'] as const;

describe.each(stores)('daemonSink docker, store of %s', (store) => {
  it('sends all to an engine that has nothing, tries a container, and gives the name last', async () => {
    const { archives, requests, names, containers } = await started({ store });
    const image = await onBase('one');
    const id = store === 'layers' ? image.configDescriptor.digest : image.descriptor.digest;
    expect(await put(image)).toEqual({ location: 'docker:site:1', bytesWritten: archives[0]?.length });
    for (const layer of image.layers) expect(await holds(archives[0], layer.digest)).toBe(true);
    expect(requests.slice(requests.indexOf('POST /images/load')).map((line) => line.replace(/check-.*/, 'check'))).toEqual([
      'POST /images/load',
      `GET /images/${id}/json`,
      'GET /containers/json',
      'POST /containers/create',
      'DELETE /containers/wherry-check',
      `POST /images/${id}/tag`,
      `GET /images/${full}/json`,
    ]);
    expect([...names]).toEqual([[full, id]]);
    expect(containers.size).toBe(0);
  });

  it('removes containers that killed loads left behind, and no others', async () => {
    const { containers } = await started({ store });
    const label = { 'dev.wherry.check': '1' };
    const others = [['site', label] as const, ['wherry-check-0123456789ab', {}] as const];
    for (const [name, labels] of [['wherry-check-ba9876543210', label] as const, ...others]) containers.set(name, labels);
    await put(await onBase('one'));
    expect([...containers]).toEqual(others);
  });

  it('does not mind that another load removes its container', async () => {
    const { names } = await started({
      store,
      intercept: (line, response) => {
        if (!line.startsWith('DELETE /containers/')) return false;
        response.writeHead(404).end('{"message":"No such container"}');
        return true;
      },
    });
    await put(await onBase('one'));
    expect(names.has(full)).toBe(true);
  });

  it('leaves out what the last load brought, under whatever name', async () => {
    const { archives, names } = await started({ store });
    await put(await onBase('one'));
    names.clear();
    const second = await onBase('two');
    expect((await put(second)).bytesWritten).toBe(archives[1]?.length);
    expect(await Promise.all(second.layers.map((layer) => holds(archives[1], layer.digest)))).toEqual([false, true]);
    expect(events).toEqual([]);
  });

  it('sends no layer of an image that is there already', async () => {
    const { archives } = await started({ store });
    await put(await onBase('one'));
    const { layers } = await onBase('one');
    await put(await onBase('one'));
    expect(await Promise.all(layers.map((layer) => holds(archives[1], layer.digest)))).toEqual([false, false]);
  });

  it('sends all when the engine removes its layers between the look and the load', async () => {
    const first = await onBase('one');
    const second = await onBase('two');
    let rounds = 0;
    const { archives, names } = await started({
      store,
      beforeLoad: (own) => {
        rounds += 1;
        if (rounds === 2) own.remove(full);
      },
    });
    await put(first);
    const { bytesWritten } = await put(second);
    expect(await Promise.all(archives.map((archive) => holds(archive, base.digest)))).toEqual([true, false, true]);
    expect(bytesWritten).toBe((archives[1]?.length ?? 0) + (archives[2]?.length ?? 0));
    expect(names.get(full)).toBe(store === 'layers' ? second.configDescriptor.digest : second.descriptor.digest);
    expect(events).toMatchObject([{ type: 'note', message: expect.stringContaining('sending all') }]);
  });

  it('leaves the name where it was when no container can be made', async () => {
    let broken = false;
    const { archives, names } = await started({
      store,
      intercept: (line, response) => {
        if (line !== 'POST /containers/create' || !broken) return false;
        response.writeHead(500).end('{"message":"no space left"}');
        return true;
      },
    });
    await put(await onBase('one'));
    const before = names.get(full);
    broken = true;
    await expect(put(await onBase('two'))).rejects.toMatchObject({
      code: 'DAEMON_REFUSED',
      message: expect.stringContaining('no space left'),
    });
    expect(archives).toHaveLength(3);
    expect(names.get(full)).toBe(before);
  });

  it('notices that somebody else took the name', async () => {
    const { names } = await started({
      store,
      intercept: (line) => {
        if (line === `GET /images/${full}/json`) names.delete(full);
        return false;
      },
    });
    await expect(put(await onBase('one'))).rejects.toMatchObject({ code: 'DAEMON_REFUSED', message: expect.stringContaining('site:1') });
  });

  it('sends only the platform of the daemon', async () => {
    const arm = await sampleImage({ platform: { os: 'linux', architecture: 'arm64' } });
    const { archives } = await started({ store, architecture: 'aarch64' });
    const amd = await sampleImage();
    await put(assembleIndex([amd, arm]));
    expect(archives[0]?.includes(arm.descriptor.digest)).toBe(true);
    expect(archives[0]?.includes(amd.descriptor.digest)).toBe(false);
  });
});

describe('daemonSink docker', () => {
  it('sends all to a containerd store that does not say what it has whole', async () => {
    const { archives } = await started({ store: 'manifests', tells: false });
    await put(await onBase('one'));
    await put(await onBase('two'));
    expect(await holds(archives[1], base.digest)).toBe(true);
  });

  it('sends all of an image whose blobs the containerd store has lost', async () => {
    const { archives, lose } = await started({ store: 'manifests' }).then((own) => ({ archives: own.archives, lose: own.lose.bind(own) }));
    await put(await onBase('one'));
    lose(base.digest);
    await put(await onBase('two'));
    expect(await holds(archives[1], base.digest)).toBe(true);
    expect(events).toEqual([]);
  });

  it('asks for the base by its name, if that is one of a registry', async () => {
    const { requests } = await started({ store: 'layers' });
    const name = 'org.opencontainers.image.base.name';
    await put(await onBase('one', { annotations: { [name]: 'registry.example/python:3.13@sha256:0' } }));
    expect(requests).toContain('GET /images/registry.example/python:3.13/json');
    requests.length = 0;
    await put(await onBase('two', { annotations: { [name]: 'oci:../base' } }));
    expect(requests.filter((line) => line.includes('base'))).toEqual([]);
  });

  it('says so when something else listens there', async () => {
    await started({ store: 'layers', intercept: (_line, response) => !!response.end('<html>') });
    await expect(put(await sampleImage())).rejects.toMatchObject({ code: 'DAEMON_REFUSED', message: expect.stringContaining('not JSON') });
  });

  it('works without a memory of its own', async () => {
    const { archives, host } = await started({ store: 'layers' });
    const sink = daemonSink('docker', { env: { DOCKER_HOST: host } });
    for (const text of ['one', 'two']) await sink.put(await onBase(text), { references: ['site:1'], signal });
    expect(await holds(archives[1], base.digest)).toBe(false);
  });

  it.each([
    ['an error within a 200', (response: ServerResponse) => response.end('{"errorDetail":{},"error":"no space left"}\n'), /no space left/],
    ['an error status', (response: ServerResponse) => response.writeHead(500).end('{"message":"broken"}'), /broken/],
    ['an answer that is not JSON', (response: ServerResponse) => response.writeHead(502).end('<html>'), /HTTP 502/],
  ])('reports %s', async (_name, answer, message) => {
    const { host } = await started({
      store: 'layers',
      intercept: (line, response) => {
        if (line === 'POST /images/load') answer(response);
        return line === 'POST /images/load';
      },
    });
    await expect(put(await sampleImage(), host)).rejects.toMatchObject({ code: 'DAEMON_REFUSED', message: expect.stringMatching(message) });
  });

  it('says that an answer of 200 brought nothing', async () => {
    await started({
      store: 'layers',
      beforeLoad: () => undefined,
      intercept: (line, response) => line === 'POST /images/load' && !!response.end('{}'),
    });
    await expect(put(await sampleImage())).rejects.toMatchObject({ code: 'DAEMON_REFUSED', message: expect.stringContaining('no image') });
  });

  it('says where it looked when nobody listens', async () => {
    const message = expect.stringContaining('nobody.sock');
    const host = `unix://${join(directory, 'nobody.sock')}`;
    await expect(put(await sampleImage(), host)).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE', message });
  });

  it('passes on the fault of a layer that cannot be read', async () => {
    await started({ store: 'layers' });
    const image = await sampleImage();
    const broken: Image = { ...image, blobs: { open: () => Promise.reject(new Error('gone')) } };
    await expect(put(broken)).rejects.toThrow('gone');
  });

  it('stops at an abort', async () => {
    const { host } = await started({ store: 'layers' });
    const stopped = daemonSink('docker', { env: { DOCKER_HOST: host } }).put(await sampleImage(), {
      references: [],
      signal: AbortSignal.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
  });
});

describe('daemonSink podman', () => {
  const sink = () => daemonSink('podman', { env: { PATH: `${directory}:/usr/bin:/bin`, CONTAINERS_CONF: '/dev/null' } });
  const script = (...lines: string[]) => writeFile(join(directory, 'podman'), ['#!/bin/sh', ...lines].join('\n'), { mode: 0o755 });

  it('says that podman is not installed', async () => {
    const none = daemonSink('podman', { env: { PATH: directory, CONTAINERS_CONF: '/dev/null' } });
    await expect(none.put(await sampleImage(), { references: [], signal })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  });

  it('gives the archive to podman load, tries a container, and names the image', async () => {
    const image = await sampleImage();
    const inspected = `${image.configDescriptor.digest.slice(7)} ${image.layers.map((layer) => layer.diffId).join(' ')}`;
    const killed = 'wherry-check-0123456789ab';
    await script(
      `echo "$@" | sed 's/wherry-check-[0-9a-f]*/wherry-check/' >> ${directory}/calls`,
      `case "$1" in`,
      '  info) echo amd64 ;;',
      `  load) cat > ${directory}/loaded.tar ;;`,
      `  ps) echo ${killed}; echo other-container ;;`,
      `  image) [ -f ${directory}/loaded.tar ] || { echo "Error: site: image not known" >&2; exit 125; }; echo ${inspected} ;;`,
      'esac',
    );
    expect((await sink().put(image, { references: ['site:1'], signal })).location).toBe('podman:site:1');
    expect(await holds(await readFile(join(directory, 'loaded.tar')), image.layers[0]?.digest ?? '')).toBe(true);
    const id = image.configDescriptor.digest;
    expect((await readFile(join(directory, 'calls'), 'utf8')).split('\n').filter((line) => !/^image|^info/.test(line))).toEqual([
      'load --quiet',
      `create --quiet --pull=never --name=wherry-check --label=dev.wherry.check=1 ${id} true`,
      'ps --all --filter label=dev.wherry.check --filter status=created --format {{.Names}}',
      `rm --force --ignore --volumes wherry-check ${killed}`,
      `tag ${id} ${full}`,
      '',
    ]);
  });

  it('shows what podman said', async () => {
    await script('echo "no space left" >&2', 'exit 125');
    await expect(sink().put(await sampleImage(), { references: [], signal })).rejects.toMatchObject({
      code: 'DAEMON_REFUSED',
      details: ['no space left'],
    });
  });
});
