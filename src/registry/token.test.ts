import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { HttpRequest, HttpResponse } from '../http/index.ts';
import type { Credential } from './login/credentials.ts';
import { fetchToken } from './token.ts';

interface Setup {
  readonly registry?: string;
  readonly realm?: string;
  readonly credential?: Credential;
  readonly respond?: (request: HttpRequest) => { readonly status: number; readonly body?: unknown };
}

async function run({ registry = 'registry.example', realm = 'https://auth.example/token', credential, respond }: Setup) {
  const requests: HttpRequest[] = [];
  const http = {
    request: async (request: HttpRequest): Promise<HttpResponse> => {
      requests.push(request);
      const { status, body } = respond?.(request) ?? { status: 200, body: { token: 't' } };
      return { status, headers: {}, url: request.url, body: Readable.from([Buffer.from(JSON.stringify(body ?? {}))]) };
    },
  };
  const challenge = { scheme: 'bearer', parameters: { realm, service: 'a b' } };
  const scopes = ['repository:a/b:pull', 'repository:c:pull'];
  const endpoint = { base: `https://${registry}/v2/a/b/` };
  const asked = { registry, endpoint, challenge, scopes, credential };
  const { token, expires } = await fetchToken(asked, { http, signal: new AbortController().signal });
  return { token, expires, requests };
}

describe('fetchToken', () => {
  it('asks by GET with every scope in order, with a login where there is one', async () => {
    const { token, requests } = await run({ credential: { kind: 'password', username: 'u', password: 'p:w' } });
    expect(token).toBe('t');
    expect(requests).toMatchObject([
      {
        method: 'GET',
        url: 'https://auth.example/token?service=a+b&scope=repository%3Aa%2Fb%3Apull&scope=repository%3Ac%3Apull',
        headers: { authorization: `Basic ${Buffer.from('u:p:w').toString('base64')}` },
      },
    ]);
    expect((await run({})).requests[0]?.headers).toEqual({});
  });

  it('keeps the parameters of the realm and takes access_token', async () => {
    const { token, requests } = await run({
      realm: 'https://auth.example/t?x=1',
      respond: () => ({ status: 200, body: { access_token: 'a' } }),
    });
    expect(token).toBe('a');
    expect(requests[0]?.url).toMatch(/\?x=1&service=/);
  });

  it('exchanges an identity token by OAuth2, in the body only', async () => {
    const { requests } = await run({ credential: { kind: 'identity', token: 'refresh' } });
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({ method: 'POST', url: 'https://auth.example/token' });
    expect(Object.fromEntries(new URLSearchParams(String(requests[0]?.body)))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh',
      scope: 'repository:a/b:pull repository:c:pull',
      service: 'a b',
    });
  });

  it('falls back to GET where there is no OAuth2', async () => {
    const respond = ({ method }: HttpRequest) => (method === 'POST' ? { status: 404 } : { status: 200, body: { token: 't' } });
    const { requests } = await run({ credential: { kind: 'identity', token: 'refresh' }, respond });
    expect(requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
    expect(JSON.stringify(requests[1])).not.toContain('refresh');
  });

  it.each([
    [401, 'REGISTRY_AUTH'],
    [403, 'REGISTRY_AUTH'],
    [429, 'REGISTRY_LIMIT'],
    [503, 'REGISTRY_PROTOCOL'],
    [200, 'REGISTRY_PROTOCOL'],
  ])('status %i without a token is %s', async (status, code) => {
    const failed = run({
      respond: () => ({ status, body: { error: 'x' } }),
      credential: { kind: 'password', username: 'u', password: 'secret' },
    });
    await expect(failed).rejects.toMatchObject({ code, message: expect.not.stringContaining('secret') });
  });

  it.each([
    ['registry.example', 'https://169.254.169.254/latest', false],
    ['registry.example', 'https://localhost/token', false],
    ['registry.example', 'http://registry.example/token', false],
    ['10.0.0.1:5000', 'http://10.0.0.1:5000/token', false],
    ['10.0.0.1:5000', 'https://10.0.0.2/token', true],
    ['registry.example', 'https://registry.example/token', true],
  ])('of %s at %s: allowed is %s', async (registry, realm, allowed) => {
    const asked = run({ registry, realm });
    if (allowed) expect((await asked).token).toBe('t');
    else await expect(asked).rejects.toMatchObject({ code: 'NETWORK_REFUSED_URL' });
  });

  const now = Date.now();
  it.each([
    [{}, 54],
    [{ expires_in: 300 }, 270],
    [{ expires_in: 3600 }, 3570],
    [{ expires_in: 300, issued_at: new Date(now - 100_000).toISOString() }, 170],
    // A clock that is wrong here or there does not make tokens worthless.
    [{ expires_in: 300, issued_at: new Date(now - 9_000_000).toISOString() }, 270],
    [{ expires_in: 300, issued_at: new Date(now + 9_000_000).toISOString() }, 270],
    [{ expires_in: -1, issued_at: 'x' }, 54],
  ])('%j can be used for %i seconds', async (life, seconds) => {
    const { expires } = await run({ respond: () => ({ status: 200, body: { token: 't', ...life } }) });
    expect(Math.abs(expires - now - seconds * 1000)).toBeLessThan(30_000);
  });
});
