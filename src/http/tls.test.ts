import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createProxy } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selfSigned } from '../../test/certificate.ts';
import { createHttp, readBody } from './index.ts';

let directory = '';
let server: Server;
let port = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-tls-'));
  const certificate = selfSigned();
  await writeFile(join(directory, 'ca.pem'), `comment\n${certificate.cert}`);
  await writeFile(join(directory, 'empty.pem'), 'nothing');
  server = createServer(certificate, (request, response) => {
    if (request.url === '/down') response.writeHead(302, { location: `http://localhost:${port}/` }).end();
    else response.end(`secure ${request.url}`);
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  port = (server.address() as AddressInfo).port;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(directory, { recursive: true });
});

async function get(url: string, env: Record<string, string> = {}): Promise<string> {
  const request = { method: 'GET', url, signal: new AbortController().signal, retries: 0 } as const;
  return Buffer.from(await readBody(await createHttp({ env }).request(request), 100)).toString();
}

describe('https', () => {
  it('trusts no unknown certificate', async () => {
    await expect(get(`https://localhost:${port}/`)).rejects.toMatchObject({
      code: 'NETWORK_TLS',
      hint: expect.stringContaining('SSL_CERT_FILE'),
    });
  });

  it.each(['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'])('trusts the bundle of %s', async (variable) => {
    expect(await get(`https://localhost:${port}/a`, { [variable]: join(directory, 'ca.pem') })).toBe('secure /a');
  });

  it('refuses a bundle without certificates', async () => {
    await expect(get('https://registry.example/', { SSL_CERT_FILE: join(directory, 'empty.pem') })).rejects.toMatchObject({
      code: 'NETWORK_CA_BUNDLE',
    });
  });

  it('is not left by a redirect', async () => {
    const refused = get(`https://localhost:${port}/down`, { SSL_CERT_FILE: join(directory, 'ca.pem') });
    await expect(refused).rejects.toMatchObject({ code: 'NETWORK_REFUSED_URL', message: expect.stringContaining('plain http') });
  });

  it('goes through the tunnel of a proxy, and checks the host name behind it', async () => {
    const tunnels: string[] = [];
    const proxy = createProxy().on('connect', (request, socket) => {
      tunnels.push(String(request.url));
      const upstream = connect(port, 'localhost', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [socket, upstream]) end.on('error', () => {});
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    const env = { SSL_CERT_FILE: join(directory, 'ca.pem'), HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    await expect(get('https://registry.example/', env)).rejects.toMatchObject({
      code: 'NETWORK_TLS',
      message: expect.stringContaining('ALTNAME'),
    });
    expect(tunnels).toEqual(['registry.example:443']);
    proxy.close();
    proxy.closeAllConnections();
  });
});
