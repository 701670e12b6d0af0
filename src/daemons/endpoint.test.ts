import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerEndpoint, podmanEndpoint } from './endpoint.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-endpoint-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

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

describe('podmanEndpoint', () => {
  it('is where CONTAINER_HOST points', async () => {
    expect(await podmanEndpoint({ CONTAINER_HOST: 'unix:///run/p.sock' })).toMatchObject({ name: 'Podman', path: '/run/p.sock' });
    await expect(podmanEndpoint({ CONTAINER_HOST: 'nowhere' })).rejects.toMatchObject({ code: 'DAEMON_UNREACHABLE' });
  });

  it.each([
    [{ CONTAINER_HOST: 'ssh://me@host/run/p.sock' }],
    [{ CONTAINER_CONNECTION: 'machine' }],
    [{ CONTAINERS_STORAGE_CONF: '/etc/other.conf' }],
  ])('leaves %j to the command line', async (env) => {
    expect(await podmanEndpoint(env as Record<string, string>)).toBeUndefined();
  });

  it('is the socket of the user, if somebody listens there', async () => {
    const path = join(directory, 'podman/podman.sock');
    expect(await podmanEndpoint({ XDG_RUNTIME_DIR: directory }, 1000)).toBeUndefined();
    await mkdir(join(directory, 'podman'));
    const server = createServer().listen(path);
    await once(server, 'listening');
    expect(await podmanEndpoint({ XDG_RUNTIME_DIR: directory }, 1000)).toMatchObject({ kind: 'socket', path });
    server.close();
  });
});
