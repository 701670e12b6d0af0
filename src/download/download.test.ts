import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { digestOf } from '../digest.ts';
import { createHttp } from '../http/index.ts';
import { openStore, type Store, verifyStore } from '../store/index.ts';
import { type Download, download, downloadAll } from './index.ts';

const bytes = Buffer.from('0123456789'.repeat(1000));
const digest = digestOf(bytes);
const servers: Server[] = [];
let directory: string;
let store: Store;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-download-'));
  store = await openStore({ env: {}, directory });
});

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
  await rm(directory, { recursive: true, force: true });
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/files/a-1.0-py3-none-any.whl`;
}

function context(more: Partial<Context> = {}): Context {
  const http = createHttp({ env: {}, wait: async () => undefined });
  return { env: {}, http, store, emit: () => undefined, signal: new AbortController().signal, offline: false, workers: 1, ...more };
}

const wait = async () => undefined;

function get(url: string, more: Partial<Download> & { readonly ctx?: Context } = {}): Promise<void> {
  return download({ urls: [url], digest, size: bytes.length, label: 'a 1.0', ctx: context(), wait, ...more });
}

/** Answers like a static file server, but ends each answer after `most` bytes. */
function files(most: number, seen: (string | undefined)[] = []): RequestListener {
  return (request, response) => {
    seen.push(request.headers.range);
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const headers = { 'content-length': bytes.length - start, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(start > 0 ? 206 : 200, headers);
    sendPart(response, bytes.subarray(start, start + most), start + most >= bytes.length);
  };
}

function sendPart(response: ServerResponse, part: Uint8Array, whole: boolean): void {
  if (whole) response.end(part);
  else response.write(part, () => setTimeout(() => response.destroy(), 20));
}

describe('download', () => {
  it('stores what the digest promises and asks only once', async () => {
    const seen: (string | undefined)[] = [];
    const url = await serve(files(1e9, seen));
    await get(url);
    await get(url);
    expect(Buffer.from((await store.read(digest)) ?? []).equals(bytes)).toBe(true);
    expect(seen).toEqual([undefined]);
  });

  it('goes on by Range when the connection breaks', async () => {
    const seen: (string | undefined)[] = [];
    await get(await serve(files(4000, seen)));
    expect(seen).toEqual([undefined, 'bytes=4000-', 'bytes=8000-']);
    expect(await store.has(digest)).toBe(bytes.length);
  });

  it('starts again when the server ignores Range or has another idea of it', async () => {
    for (const status of [200, 206, 416]) {
      await rm(store.path(digest), { force: true });
      const partial = await store.partial(digest);
      await partial.write(bytes.subarray(0, 100));
      await partial.abort();
      const url = await serve((request, response) => {
        if (request.headers.range === undefined || status === 200) return response.end(bytes);
        response.writeHead(status, { 'content-range': status === 206 ? 'bytes 0-9999/10000' : 'bytes */7' }).end(bytes);
      });
      await get(url);
      expect(await store.has(digest)).toBe(bytes.length);
    }
  });

  it('gives up on a server that always sends the same part', async () => {
    let requests = 0;
    const url = await serve((request, response) => {
      requests += 1;
      if (request.headers.range === undefined)
        return sendPart(response.writeHead(200, { 'content-length': bytes.length }), bytes.subarray(0, 4000), false);
      response.writeHead(206, { 'content-range': 'bytes 0-9/10000' }).end('0123456789');
    });
    await expect(get(url)).rejects.toMatchObject({ code: 'DOWNLOAD_TRUNCATED' });
    expect(requests).toBeLessThan(8);
  });

  it('throws away the bytes of an earlier run that were wrong', async () => {
    const partial = await store.partial(digest);
    await partial.write(Buffer.from('wrong'));
    await partial.abort();
    const seen: (string | undefined)[] = [];
    await get(await serve(files(1e9, seen)));
    expect(seen).toEqual(['bytes=5-', undefined]);
  });

  it('refuses other bytes and keeps nothing', async () => {
    const same = await serve((_request, response) => response.end(Buffer.alloc(bytes.length)));
    await expect(get(same)).rejects.toMatchObject({
      code: 'WHEEL_HASH',
      details: expect.arrayContaining([`expected ${digest}`, `found    ${digestOf(Buffer.alloc(bytes.length))}`]),
    });
    const large = await serve((_request, response) => response.end(Buffer.alloc(bytes.length + 1)));
    await expect(get(large)).rejects.toMatchObject({ code: 'WHEEL_HASH' });
    const endless = await serve((_request, response) => {
      response.write(Buffer.alloc(bytes.length));
      response.end('x');
    });
    await expect(get(endless, { hashError: 'DOWNLOAD_HASH' })).rejects.toMatchObject({ code: 'DOWNLOAD_HASH' });
    expect(await readdir(join(directory, 'partial-v1'))).toEqual([]);
    expect((await verifyStore(directory)).problems).toEqual([]);
  });

  it('says that a size in wherry.lock is wrong, however the server tells, and keeps nothing', async () => {
    const chunked = await serve((request, response) => {
      if (request.headers.range === undefined) response.write(bytes, () => response.end());
      else response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    });
    for (const url of [await serve(files(1e9)), chunked]) {
      for (const size of [bytes.length - 1, bytes.length + 1]) {
        const error = await get(url, { size, sizeIn: 'wherry.lock' }).catch((caught: unknown) => caught);
        expect(error).toMatchObject({ code: 'SIZE_WRONG', hint: expect.stringContaining('wherry lock --update') });
        expect(String(error)).toMatch(/a 1\.0 has (at least )?10000 bytes, but wherry\.lock says (9999|10001)/);
        await expect(get(url, { size })).rejects.toMatchObject({ code: 'WHEEL_HASH' });
        expect(await readdir(join(directory, 'partial-v1'))).toEqual([]);
      }
    }
  });

  it('says so of a stored file too when it may not ask', async () => {
    await store.put(bytes);
    const offline = { size: 5, sizeIn: 'wherry.lock' as const, ctx: context({ offline: true }) };
    await expect(get('https://index.example/a.whl', offline)).rejects.toMatchObject({ code: 'SIZE_WRONG' });
  });

  it('gives up when nothing more arrives, and keeps what did', async () => {
    const url = await serve((request, response) => {
      if (request.headers.range === undefined) return files(4000)(request, response);
      response.writeHead(206, { 'content-length': '6000', 'content-range': 'bytes 4000-9999/10000' });
      sendPart(response, Buffer.alloc(0), false);
    });
    await expect(get(url)).rejects.toMatchObject({ code: 'DOWNLOAD_TRUNCATED' });
    const partial = await store.partial(digest);
    expect(partial.offset).toBe(4000);
    await partial.abort();
  });

  it.each([
    [401, 'DOWNLOAD_AUTH', 'UV_INDEX_<NAME>_USERNAME'],
    [403, 'DOWNLOAD_AUTH', 'netrc'],
    [404, 'DOWNLOAD_NOT_FOUND', 'lock'],
    [500, 'DOWNLOAD_FAILED', 'again'],
  ])('says what to do about status %i', async (status, code, hint) => {
    const url = await serve((_request, response) => response.writeHead(status).end());
    await expect(get(url)).rejects.toMatchObject({ code, hint: expect.stringContaining(hint) });
  });

  it('takes the next URL when one fails', async () => {
    const gone = await serve((_request, response) => response.writeHead(404).end());
    const there = await serve(files(1e9));
    await get(gone, { urls: [gone, there] });
    expect(await store.has(digest)).toBe(bytes.length);
    await rm(store.path(digest));
    await expect(get(gone, { urls: [gone, `${gone}?token=secret`] })).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_FOUND' });
  });

  it('sends nothing when offline', async () => {
    const url = await serve(files(1e9));
    await expect(get(url, { ctx: context({ offline: true }) })).rejects.toMatchObject({ code: 'OFFLINE_MISSING' });
  });

  it('stops on the signal and keeps the bytes for the next run', async () => {
    const stop = new AbortController();
    const url = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 2000), () => setTimeout(() => stop.abort(), 50));
    });
    await expect(get(url, { ctx: context({ signal: stop.signal }) })).rejects.toThrow('abort');
    const partial = await store.partial(digest);
    expect(partial.offset).toBe(2000);
    await partial.abort();
    expect((await verifyStore(directory)).problems).toEqual([]);
  });
});

describe('downloadAll', () => {
  const item = (url: string, text: string): Download => ({ urls: [`${url}?${text}`], digest: digestOf(text), label: text });
  const echo = (request: IncomingMessage, response: ServerResponse) => response.end(request.url?.split('?')[1]);

  it('fetches equal digests once and reports progress', async () => {
    let count = 0;
    const url = await serve((request, response) => {
      count += 1;
      echo(request, response);
    });
    const events: string[] = [];
    const ctx = context({ emit: (event) => events.push(event.type) });
    await downloadAll([item(url, 'a'), item(url, 'b'), item(url, 'a')], ctx);
    expect(count).toBe(2);
    expect(events).toEqual(['progress', 'progress']);
  });

  it('ends with the first error and stops the rest', async () => {
    const hanging: ServerResponse[] = [];
    const url = await serve((request, response) => {
      if (request.url?.endsWith('bad')) setTimeout(() => response.writeHead(404).end(), 30);
      else hanging.push(response.writeHead(200, { 'content-length': 10 }));
    });
    await expect(downloadAll([item(url, 'slow'), item(url, 'bad')], context())).rejects.toMatchObject({ code: 'DOWNLOAD_NOT_FOUND' });
    expect((await verifyStore(directory)).problems).toEqual([]);
  });
});
