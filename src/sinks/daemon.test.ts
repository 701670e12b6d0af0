import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleImage } from '../../test/sampleImage.ts';
import { assembleIndex, type Image } from '../image/index.ts';
import { archiveSink } from './archive.ts';
import { dockerEndpoint } from './endpoint.ts';
import { daemonSink } from './index.ts';

const signal = new AbortController().signal;
let directory: string;
let server: Server | undefined;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-daemon-'));
});
afterEach(async () => {
  server?.close();
  server = undefined;
  await rm(directory, { recursive: true, force: true });
});

interface Daemon {
  readonly id?: string;
  readonly load?: (response: ServerResponse) => void;
}

/** A Docker daemon that remembers what was loaded. */
async function daemon({
  id,
  load = (response) => response.end('{"stream":"Loaded image: site:1"}\n'),
}: Daemon): Promise<{ env: object; loaded(): Buffer }> {
  let loaded = Buffer.alloc(0);
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.url === '/version') return response.end('{"Arch":"arm64"}');
    if (request.url === '/images/load?quiet=1') {
      loaded = Buffer.concat(await request.toArray());
      return load(response);
    }
    response.statusCode = id === undefined ? 404 : 200;
    response.end(JSON.stringify(id === undefined ? { message: 'no such image' } : { Id: id }));
  };
  const path = join(directory, 'docker.sock');
  server = createServer((request, response) => void answer(request, response)).listen(path);
  await once(server, 'listening');
  return { env: { DOCKER_HOST: `unix://${path}` }, loaded: () => loaded };
}

const put = (image: Image | ReturnType<typeof assembleIndex>, env: object) =>
  daemonSink('docker', { env: env as Record<string, string> }).put(image, { references: ['site:1'], signal });

describe('daemonSink docker', () => {
  it.each([
    ['classic store', (image: Image) => image.configDescriptor.digest],
    ['containerd store', (image: Image) => image.descriptor.digest],
  ])('sends the archive and compares the image afterwards: %s', async (_name, id) => {
    const image = await sampleImage();
    const { env, loaded } = await daemon({ id: id(image) });
    const result = await put(image, env);
    expect(result).toEqual({ location: 'docker:site:1', bytesWritten: loaded().length });
    await archiveSink(join(directory, 'same.tar')).put(image, { references: ['site:1'], signal });
    expect(loaded()).toEqual(await readFile(join(directory, 'same.tar')));
  });

  it('sends only the platform of the daemon', async () => {
    const arm = await sampleImage({ platform: { os: 'linux', architecture: 'arm64' } });
    const { env, loaded } = await daemon({ id: arm.configDescriptor.digest });
    const amd = await sampleImage();
    await put(assembleIndex([amd, arm]), env);
    expect(loaded().includes(arm.descriptor.digest)).toBe(true);
    expect(loaded().includes(amd.descriptor.digest)).toBe(false);
  });

  it.each([
    [
      'an error within a 200',
      (response: ServerResponse) => response.end('{"errorDetail":{"message":"disk"},"error":"no space left"}\n'),
      /no space left/,
    ],
    ['an error status', (response: ServerResponse) => response.writeHead(500).end('{"message":"broken"}'), /broken/],
    ['an answer that is not JSON', (response: ServerResponse) => response.writeHead(502).end('<html>'), /HTTP 502/],
  ])('reports %s', async (_name, load, message) => {
    const { env } = await daemon({ id: 'sha256:x', load: (response) => void load(response) });
    await expect(put(await sampleImage(), env)).rejects.toMatchObject({ code: 'DAEMON_REFUSED', message: expect.stringMatching(message) });
  });

  it.each([[undefined], [`sha256:${'0'.repeat(64)}`]])('notices that the name leads to %s afterwards', async (id) => {
    const { env } = await daemon(id === undefined ? {} : { id });
    await expect(put(await sampleImage(), env)).rejects.toMatchObject({ code: 'DAEMON_REFUSED' });
  });

  it('says where it looked when nobody listens', async () => {
    const env = { DOCKER_HOST: `unix://${join(directory, 'nobody.sock')}` };
    const message = expect.stringContaining('nobody.sock');
    await expect(put(await sampleImage(), env)).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE', message });
  });

  it('passes on the fault of a layer that cannot be read', async () => {
    const image = await sampleImage();
    const { env } = await daemon({ id: image.configDescriptor.digest });
    const broken: Image = { ...image, blobs: { open: () => Promise.reject(new Error('gone')) } };
    await expect(put(broken, env)).rejects.toThrow('gone');
  });
});

describe('daemonSink podman', () => {
  it('says that podman is not installed', async () => {
    const sink = daemonSink('podman', { env: { PATH: directory } });
    await expect(sink.put(await sampleImage(), { references: [], signal })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  });

  it('gives the archive to podman load and compares the image afterwards', async () => {
    const image = await sampleImage();
    const script = [
      '#!/bin/sh',
      `case "$1" in`,
      '  info) echo amd64 ;;',
      `  load) /bin/cat > ${directory}/loaded.tar ;;`,
      `  image) echo ${image.configDescriptor.digest.slice(7)} ;;`,
      'esac',
    ];
    await writeFile(join(directory, 'podman'), script.join('\n'), { mode: 0o755 });
    const sink = daemonSink('podman', { env: { PATH: directory } });
    expect((await sink.put(image, { references: ['site:1'], signal })).location).toBe('podman:site:1');
    expect((await readFile(join(directory, 'loaded.tar'))).includes(image.descriptor.digest)).toBe(true);
  });

  it('shows what podman said', async () => {
    await writeFile(join(directory, 'podman'), '#!/bin/sh\necho "no space left" >&2\nexit 125\n', { mode: 0o755 });
    const sink = daemonSink('podman', { env: { PATH: directory } });
    await expect(sink.put(await sampleImage(), { references: [], signal })).rejects.toMatchObject({
      code: 'DAEMON_REFUSED',
      details: ['no space left'],
    });
  });
});

describe('dockerEndpoint', () => {
  const at = (env: Record<string, string>) => dockerEndpoint({ DOCKER_CONFIG: directory, ...env });

  it.each([
    ['unix:///run/x.sock', { kind: 'socket', path: '/run/x.sock' }],
    ['tcp://127.0.0.1:2375', { kind: 'tcp', host: '127.0.0.1', port: 2375, tls: undefined }],
    ['tcp://docker.example', { kind: 'tcp', host: 'docker.example', port: 2375, tls: undefined }],
    ['https://[::1]', { kind: 'tcp', host: '::1', port: 2376, tls: {} }],
  ])('reads DOCKER_HOST=%s', async (host, expected) => {
    expect(await at({ DOCKER_HOST: host })).toMatchObject(expected);
  });

  it('uses client certificates where Docker would', async () => {
    await writeFile(join(directory, 'ca.pem'), 'authority');
    const endpoint = await at({ DOCKER_HOST: 'tcp://docker.example:2376', DOCKER_TLS_VERIFY: '1', DOCKER_CERT_PATH: directory });
    expect(endpoint).toMatchObject({ tls: { ca: Buffer.from('authority'), cert: undefined } });
  });

  it('follows the current context, DOCKER_CONTEXT before the file', async () => {
    await writeFile(join(directory, 'config.json'), '{"currentContext":"one"}');
    for (const name of ['one', 'two']) {
      const meta = join(directory, 'contexts/meta', createHash('sha256').update(name).digest('hex'));
      await mkdir(meta, { recursive: true });
      await writeFile(join(meta, 'meta.json'), JSON.stringify({ Endpoints: { docker: { Host: `unix:///run/${name}.sock` } } }));
    }
    expect(await at({})).toMatchObject({ path: '/run/one.sock' });
    expect(await at({ DOCKER_CONTEXT: 'two' })).toMatchObject({ path: '/run/two.sock' });
    expect(await at({ DOCKER_CONTEXT: 'default' })).toMatchObject({ path: '/var/run/docker.sock' });
  });

  it.each([[{ DOCKER_HOST: 'ssh://me@host' }], [{ DOCKER_CONTEXT: 'missing' }]])('refuses %j', async (env) => {
    await expect(at(env as Record<string, string>)).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  });
});
