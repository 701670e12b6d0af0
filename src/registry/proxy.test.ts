import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { type AddressInfo, connect as connectTo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { selfSigned } from '../../test/certificate.ts';
import { startForTest } from '../../test/registry-client.ts';
import { digestOf } from '../digest.ts';
import { createHttp } from '../http/index.ts';
import { createRegistry, parseReference } from './index.ts';
import { registrySettings } from './route/settings.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-proxy-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

/** A proxy whose every tunnel ends at one address, as if the names of this test were known. */
async function startProxy(port: number): Promise<{ readonly url: string; readonly tunnels: string[] }> {
  const tunnels: string[] = [];
  const sockets = new Set<{ destroy(): unknown }>();
  const proxy = createServer((request, response) => {
    tunnels.push(`${request.method} ${request.url}`);
    response.writeHead(502).end();
  }).on('connect', (request, socket) => {
    tunnels.push(String(request.url));
    const upstream = connectTo(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const end of [socket, upstream]) sockets.add(end.on('error', () => {}));
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    proxy.closeAllConnections();
    await new Promise((done) => proxy.close(done));
  });
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, tunnels };
}

function client(env: Record<string, string>, insecure: readonly string[] = []) {
  const http = createHttp({ env, wait: async () => {} });
  const context = { http, env, registries: registrySettings({}, insecure), emit: () => {}, signal: new AbortController().signal };
  return createRegistry({ ...context, wait: async () => {} });
}

const bytes = Buffer.alloc(200_000, 'wherry');
const upload = { blob: { digest: digestOf(bytes), size: bytes.length }, open: async () => Readable.from([bytes]) };

it('a push and its token requests go through the proxy of the environment', async () => {
  const certificate = selfSigned(['r.example']);
  const registry = await startForTest({
    tls: certificate,
    names: { registry: 'r.example', storage: 's.example' },
    login: 'bearer',
    anonymous: false,
  });
  const proxy = await startProxy(registry.port);
  await writeFile(join(directory, 'ca.pem'), certificate.cert);
  await writeFile(
    join(directory, 'config.json'),
    JSON.stringify({ auths: { 'r.example': { auth: Buffer.from('user:secret').toString('base64') } } }),
  );
  const env = { HTTPS_PROXY: proxy.url, SSL_CERT_FILE: join(directory, 'ca.pem'), DOCKER_CONFIG: directory };
  expect(await client(env).putBlob(parseReference('r.example/app'), upload)).toMatchObject({ how: 'uploaded' });
  expect(registry.blob('app', upload.blob.digest)).toEqual(bytes);
  expect(registry.count(/^GET \/token/)).toBeGreaterThan(0);
  expect(new Set(proxy.tunnels)).toEqual(new Set(['r.example:443']));
});

it('an insecure host is reached through it too, and its own certificate is not judged', async () => {
  const registry = await startForTest({
    tls: selfSigned(['other.example']),
    names: { registry: 'r.example:8443', storage: 's.example' },
    login: 'bearer',
  });
  const proxy = await startProxy(registry.port);
  const { host } = registry;
  registry.putBlob('app', bytes);
  const known = parseReference(`${host}/app`);
  expect(await client({ HTTPS_PROXY: proxy.url }, [host]).hasBlob(known, upload.blob.digest)).toBe(true);
  await expect(client({ HTTPS_PROXY: proxy.url }).hasBlob(known, upload.blob.digest)).rejects.toMatchObject({ code: 'NETWORK_TLS' });
  expect(new Set(proxy.tunnels)).toEqual(new Set(['r.example:8443']));
});

it('loopback is reached directly', async () => {
  const registry = await startForTest({ tls: selfSigned(), login: 'bearer' });
  const proxy = await startProxy(registry.port);
  const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };
  expect(await client(env, [registry.host]).hasBlob(parseReference(`${registry.host}/app`), upload.blob.digest)).toBe(false);
  expect(proxy.tunnels).toEqual([]);
});
