import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { refreshToken, type TestRegistry, type TestRegistryOptions } from '../../test/registry/index.ts';
import { connectRegistry, type StoredLogin, startForTest, storeLogin } from '../../test/registry-client.ts';
import { digestOf } from '../digest.ts';
import { type BlobUpload, parseReference } from './index.ts';

afterEach(async () => {
  vi.useRealTimers();
});

async function start(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  return await startForTest({ login: 'bearer', ...options });
}

/** A client that is logged in. */
async function login(server: TestRegistry, stored?: StoredLogin) {
  const { env, remove } = await storeLogin(server.host, stored);
  onTestFinished(remove);
  return connectRegistry({ env });
}

const bytes = Buffer.alloc(200_000, 'wherry');
const blob = { digest: digestOf(bytes), size: bytes.length };
const upload = (more: Partial<BlobUpload> = {}): BlobUpload => ({ blob, open: async () => Readable.from([bytes]), ...more });
const repository = (server: TestRegistry, name = 'app') => parseReference(`${server.host}/${name}`);
const tokens = (server: TestRegistry) =>
  server.seen.filter(({ url }) => url.startsWith('/token')).map(({ url }) => new URL(url, 'http://x').searchParams.getAll('scope'));

describe('a push', () => {
  it('takes one token for all its requests, and one 401 for all repositories', async () => {
    const server = await start();
    const { registry } = await login(server);
    await registry.putBlob(repository(server), upload());
    await registry.putBlob(repository(server, 'team/other'), upload());
    expect(tokens(server)).toEqual([['repository:app:pull,push'], ['repository:team/other:pull,push']]);
    expect(server.seen.filter(({ url, headers }) => url.startsWith('/v2/') && headers.authorization === undefined)).toHaveLength(1);
  });

  it('shares its login with other clients of the process', async () => {
    const server = await start();
    const { registry, context } = await login(server);
    await registry.putBlob(repository(server), upload());
    await connectRegistry({ http: context.http, env: context.env }).registry.putBlob(repository(server), upload());
    expect(tokens(server)).toHaveLength(1);
  });

  it('asks for the scope of the source too, ours first', async () => {
    const server = await start();
    server.putBlob('base', bytes);
    const mountFrom = [repository(server, 'base')];
    const { registry } = await login(server);
    expect(await registry.putBlob(repository(server), upload({ mountFrom }))).toMatchObject({ how: 'mounted' });
    expect(tokens(server).at(-1)).toEqual(['repository:app:pull,push', 'repository:base:pull']);
  });

  it.each(['refused', 'not granted'])('goes on without a source whose scope is %s', async (how) => {
    const server = await start({
      tokens: { grant: (name, actions) => (name === 'base' ? [] : actions) },
      intercept: (request, response) =>
        how === 'refused' && /base/.test(request.url ?? '') && /token/.test(request.url ?? '') && Boolean(response.writeHead(401).end()),
    });
    server.putBlob('base', bytes);
    const { registry } = await login(server);
    const outcome = await registry.putBlob(repository(server), upload({ mountFrom: [repository(server, 'base')] }));
    expect(outcome).toEqual({ how: 'uploaded', bytesSent: bytes.length });
    expect([tokens(server).length, server.count(/mount/)]).toEqual([how === 'refused' ? 3 : 2, 1]);
  });

  it('tries a source without its scope if the token server refuses that', async () => {
    const server = await start({
      intercept: (request, response) => {
        const { url = '', headers } = request;
        const isRefused = url.startsWith('/token') && url.includes('base');
        if (!isRefused && !(url.includes('mount=') && headers.authorization !== undefined)) return false;
        response.writeHead(isRefused ? 401 : 201).end();
        return true;
      },
    });
    const { registry } = await login(server);
    const outcome = await registry.putBlob(repository(server), upload({ mountFrom: [repository(server, 'base')] }));
    expect([outcome.how, server.count(/mount=/)]).toEqual(['mounted', 1]);
  });

  it('gets another token when its own runs out in the middle, and sends the bytes anew', async () => {
    const server = await start();
    server.fault({ on: 'PUT upload', do: { kind: 'meanwhile', run: server.expireTokens } });
    const { registry, waits } = await login(server);
    expect(await registry.putBlob(repository(server), upload())).toMatchObject({ how: 'uploaded' });
    expect(server.blob('app', blob.digest)).toEqual(bytes);
    expect([tokens(server).length, server.count(/^PUT/), waits]).toEqual([2, 2, []]);
  });

  it('works with tokens that are good for one request', async () => {
    const server = await start({ tokens: { uses: 1 } });
    const { registry } = await login(server);
    expect(await registry.putBlob(repository(server), upload())).toMatchObject({ how: 'uploaded' });
  });

  it('without a login says how to log in, after few requests', async () => {
    const server = await start();
    await expect(connectRegistry().registry.putBlob(repository(server), upload({ isNew: true }))).rejects.toMatchObject({
      code: 'REGISTRY_AUTH',
      message: `cannot start the upload of blob ${blob.digest.slice(7, 19)} of ${server.host}/app: status 401`,
      hint: `log in with: wherry login ${server.host}, and check the spelling of the image name`,
    });
    expect(server.seen.length).toBeLessThanOrEqual(6);
  });

  it('sends Basic credentials with every request, and refused ones once', async () => {
    const server = await start({ login: 'basic' });
    const { registry } = await login(server);
    await registry.putBlob(repository(server), upload());
    expect(server.count(/^HEAD|^POST|^PUT/)).toBe(4);
    const wrong = await login(server, { auth: Buffer.from('user:wrong').toString('base64') });
    await expect(wrong.registry.putBlob(repository(server), upload())).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
    expect(server.count(/^HEAD/)).toBe(4);
  });

  it.each([true, false])('exchanges a refresh token, by POST or by GET: %s', async (refresh) => {
    const server = await start({ tokens: { refresh, grant: (_name, actions) => actions } });
    const { registry } = await login(server, { identitytoken: refreshToken });
    expect(await registry.putBlob(repository(server), upload())).toMatchObject({ how: 'uploaded' });
    expect([server.count(/^POST \/token/), server.count(/^GET \/token/)]).toEqual([1, refresh ? 0 : 1]);
  });
});

describe('a challenge', () => {
  const challenged = (header: (host: string) => string, status = 401) => {
    const asked: string[] = [];
    return {
      asked,
      intercept: (request: IncomingMessage, response: ServerResponse) => {
        if (request.url?.startsWith('/token')) asked.push(request.url);
        else response.writeHead(status, { 'www-authenticate': header(String(request.headers.host)) });
        response.end(request.url?.startsWith('/token') ? JSON.stringify({ token: `t${asked.length}` }) : undefined);
        return true;
      },
    };
  };

  it.each([
    ['401', 401, ''],
    ['401 insufficient_scope', 401, ',error="insufficient_scope"'],
    ['403 insufficient_scope', 403, ',error="insufficient_scope"'],
  ])('%s that never ends is answered twice, with the wanted scope in front', async (_what, status, error) => {
    const { asked, intercept } = challenged(
      (host) => `Bearer realm="http://${host}/token",scope="repository:prefix/app:pull"${error}`,
      status,
    );
    const server = await start({ intercept });
    await expect(connectRegistry().registry.getManifest(repository(server))).rejects.toThrow(/status 40[13]/);
    const scopes = asked.map((url) => new URL(url, 'http://x').searchParams.getAll('scope'));
    expect(scopes.at(-1)).toEqual(['repository:prefix/app:pull', 'repository:app:pull']);
    expect(scopes.length).toBe(error === '' ? 2 : 1);
    expect(server.seen.length).toBeLessThanOrEqual(5);
  });

  it('for something that is not Basic or Bearer is not answered', async () => {
    const { intercept } = challenged(() => 'Negotiate');
    const server = await start({ intercept });
    await expect(connectRegistry().registry.getManifest(repository(server))).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
    expect(server.seen).toHaveLength(1);
  });

  it('of another host, where an upload goes, is not answered', async () => {
    const storage = await start({ login: 'bearer' });
    const location = `http://${storage.host}/v2/x/blobs/uploads/1`;
    const server = await start({ faults: [{ on: 'POST uploads', do: { kind: 'change', headers: { location } } }] });
    const { registry } = await login(server);
    await expect(registry.putBlob(repository(server), upload())).rejects.toMatchObject({ code: 'REGISTRY_AUTH' });
    expect(storage.seen.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      ['PUT', undefined],
      ['DELETE', undefined],
    ]);
  });
});

describe('a token', () => {
  it('is replaced before it ends: after a minute if its server does not say when', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const server = await start();
    const { registry } = await login(server);
    const used = async (seconds: number): Promise<number> => {
      vi.setSystemTime(Date.now() + seconds * 1000);
      await registry.hasBlob(repository(server), blob.digest);
      return tokens(server).length;
    };
    expect([await used(0), await used(50), await used(5), await used(50)]).toEqual([1, 1, 2, 2]);
    // No request was refused for it.
    expect(server.seen.filter(({ headers, url }) => url.startsWith('/v2') && headers.authorization === undefined)).toHaveLength(1);
  });
});
