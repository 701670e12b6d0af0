import { describe, expect, it } from 'vitest';
import { serve } from '../../test/serve.ts';
import { createHttp, discardBody, readBody } from './index.ts';
import type { HttpRequest } from './types.ts';

function client(env: Record<string, string> = {}) {
  const waits: number[] = [];
  const http = createHttp({ env, wait: async (milliseconds) => void waits.push(milliseconds) });
  const request = (url: string, more: Partial<HttpRequest> = {}) =>
    http.request({ method: 'GET', url, signal: new AbortController().signal, ...more });
  const text = async (url: string, more: Partial<HttpRequest> = {}) =>
    Buffer.from(await readBody(await request(url, more), 1000)).toString();
  return { request, text, waits };
}

describe('a request', () => {
  it('sends method, headers and body, and gives any status back', async () => {
    const url = await serve((request, response) => {
      let body = '';
      request.on('data', (chunk) => {
        body += chunk;
      });
      request.on('end', () => response.writeHead(404).end(`${request.method} ${request.headers['x-a']} ${body}`));
    });
    const response = await client().request(url, { method: 'PUT', headers: { 'x-a': 'b' }, body: 'text' });
    expect(response.status).toBe(404);
    expect(Buffer.from(await readBody(response, 100)).toString()).toBe('PUT b text');
  });

  it('turns user and password of the URL into a header', async () => {
    const url = await serve((request, response) => response.end(request.headers.authorization));
    expect(await client().text(url.replace('//', '//me:p%40ss@'))).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it('refuses plain http to other hosts before any request', async () => {
    await expect(client().request('http://registry.example/v2/?token=secret')).rejects.toMatchObject({
      code: 'NETWORK_REFUSED_URL',
      message: expect.not.stringContaining('secret'),
    });
    await expect(client().request('file:///etc/passwd')).rejects.toMatchObject({ code: 'NETWORK_REFUSED_URL' });
  });

  it('is never sent when offline', async () => {
    const http = createHttp({ env: {}, offline: true });
    const request = { method: 'GET', url: 'https://registry.example/', signal: new AbortController().signal } as const;
    await expect(http.request(request)).rejects.toMatchObject({ code: 'NETWORK_OFFLINE' });
  });
});

describe('retries', () => {
  it.each([408, 429, 500, 503])('tries again after %i', async (status) => {
    let count = 0;
    const url = await serve((_request, response) => (count++ < 2 ? response.writeHead(status).end('no') : response.end('yes')));
    const { text, waits } = client();
    expect(await text(url)).toBe('yes');
    expect(waits).toHaveLength(2);
  });

  it('waits as long as Retry-After says', async () => {
    let count = 0;
    const url = await serve((_request, response) =>
      count++ === 0 ? response.writeHead(429, { 'retry-after': '7' }).end() : response.end('yes'),
    );
    const { text, waits } = client();
    expect(await text(url)).toBe('yes');
    expect(waits[0]).toBeGreaterThanOrEqual(7000);
    expect(waits[0]).toBeLessThan(7500);
  });

  it('gives the last answer back when every try failed', async () => {
    let count = 0;
    const url = await serve((_request, response) => response.writeHead(503).end(String(++count)));
    const response = await client().request(url, { retries: 2 });
    expect([response.status, Buffer.from(await readBody(response, 10)).toString()]).toEqual([503, '3']);
  });

  it('repeats a broken connection, then says that the host is unreachable', async () => {
    let count = 0;
    const url = await serve((request) => {
      count++;
      request.socket.destroy();
    });
    await expect(client().request(url)).rejects.toMatchObject({ code: 'NETWORK_UNREACHABLE' });
    expect(count).toBe(5);
  });

  it('does not repeat a request with a body unless asked', async () => {
    let count = 0;
    const url = await serve((_request, response) => response.writeHead(500 + 0 * count++).end());
    expect((await client().request(url, { method: 'POST', body: 'x' })).status).toBe(500);
    expect(count).toBe(1);
  });

  it('stops waiting when the signal aborts', async () => {
    const url = await serve((_request, response) => response.writeHead(503).end());
    const abort = new AbortController();
    const http = createHttp({
      env: {},
      wait: async () => {
        abort.abort(new Error('stop'));
      },
    });
    await expect(http.request({ method: 'GET', url, signal: abort.signal })).rejects.toThrow('stop');
  });
});

describe('redirects', () => {
  it('keeps authorization on one origin and drops it on another', async () => {
    const other = await serve((request, response) =>
      response.end(`${request.headers.authorization} ${request.headers.cookie} ${request.headers['x-a']}`),
    );
    const url = await serve((request, response) => {
      if (request.url === '/same') response.writeHead(307, { location: '/echo' }).end();
      else if (request.url === '/other') response.writeHead(302, { location: other }).end();
      else response.end(request.headers.authorization);
    });
    const headers = { authorization: 'Bearer secret', cookie: 'a=b', 'x-a': 'kept' };
    expect(await client().text(`${url}/same`, { headers })).toBe('Bearer secret');
    expect(await client().text(`${url}/other`, { headers })).toBe('undefined undefined kept');
  });

  it('ends after five', async () => {
    let count = 0;
    const url = await serve((_request, response) => {
      count++;
      response.writeHead(302, { location: '/again' }).end();
    });
    await expect(client().request(url)).rejects.toMatchObject({ code: 'NETWORK_PROTOCOL' });
    expect(count).toBe(6);
  });

  it('refuses plain http to another host', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: 'http://registry.example/' }).end());
    await expect(client().request(url)).rejects.toMatchObject({ code: 'NETWORK_REFUSED_URL' });
  });

  it('gives a redirect of a body back to the caller unless it keeps the method', async () => {
    const url = await serve((_request, response) => response.writeHead(302, { location: '/x' }).end());
    expect((await client().request(url, { method: 'POST', body: 'x' })).status).toBe(302);
  });
});

describe('bodies', () => {
  it('are capped, with or without a content-length', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/chunked') {
        response.write('x'.repeat(600));
        response.end('x'.repeat(600));
      } else response.end('x'.repeat(1200));
    });
    await expect(client().text(url)).rejects.toMatchObject({ code: 'NETWORK_PROTOCOL' });
    await expect(client().text(`${url}/chunked`)).rejects.toMatchObject({ code: 'NETWORK_PROTOCOL' });
  });

  it('that are cut short are an error', async () => {
    const url = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x');
      setImmediate(() => request.socket.destroy());
    });
    await expect(client().text(url, { retries: 0 })).rejects.toMatchObject({ code: 'NETWORK_UNREACHABLE' });
  });

  it('can be thrown away', async () => {
    const url = await serve((_request, response) => response.end('x'.repeat(200_000)));
    const response = await client().request(url);
    await discardBody(response.body);
    expect(response.body.destroyed).toBe(true);
  });
});

describe('the environment', () => {
  it('names a proxy for other hosts but not for loopback', async () => {
    const seen: string[] = [];
    const proxy = await serve((request, response) => {
      seen.push(String(request.url));
      response.end('by proxy');
    });
    const url = await serve((_request, response) => response.end('direct'));
    const env = { HTTP_PROXY: proxy, NO_PROXY: 'other.example' };
    expect(await client(env).text(url)).toBe('direct');
    expect(await client(env).text('http://deb.example/x', { allowHttp: true })).toBe('by proxy');
    expect(seen).toEqual(['http://deb.example/x']);
  });

  it('names a CA bundle, which must exist', async () => {
    const request = client({ SSL_CERT_FILE: '/nowhere/ca.pem' }).request('https://registry.example/');
    await expect(request).rejects.toMatchObject({ code: 'NETWORK_CA_BUNDLE' });
  });
});
