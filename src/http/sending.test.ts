import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { serve } from '../../test/serve.ts';
import { createHttp, discardBody, readBody } from './index.ts';
import { startSending } from './sending.ts';
import type { BodySource, HttpRequest } from './types.ts';

afterEach(() => {
  vi.useRealTimers();
});

const http = createHttp({ env: {}, wait: async () => {} });
const put = async (url: string, body: BodySource, more: Partial<HttpRequest> = {}) =>
  await http.request({ method: 'PUT', url, body, signal: new AbortController().signal, ...more });

const bytes = Buffer.alloc(3_000_000, 'wherry');

function source(chunks: readonly Uint8Array[] = [bytes]): BodySource & { readonly opened: Readable[] } {
  const opened: Readable[] = [];
  const open = async (): Promise<Readable> => {
    const stream = Readable.from(chunks);
    opened.push(stream);
    return stream;
  };
  return { size: bytes.length, open, opened };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('a streamed body', () => {
  it('arrives whole, with its length', async () => {
    const url = await serve(async (request, response) => {
      const same = (await bodyOf(request)).equals(bytes);
      response.end(`${same} ${request.headers['content-length']} ${request.headers['transfer-encoding']}`);
    });
    expect(Buffer.from(await readBody(await put(url, source()), 100)).toString()).toBe(`true ${bytes.length} undefined`);
  });

  it('is opened anew for each try', async () => {
    let tries = 0;
    const url = await serve(async (request, response) => {
      if (tries++ === 0) request.socket.destroy();
      else if (tries === 2) response.writeHead(503).end();
      else response.end(String((await bodyOf(request)).equals(bytes)));
    });
    const body = source();
    expect((await put(url, body, { retries: 2 })).status).toBe(200);
    expect(body.opened.map(({ destroyed }) => destroyed)).toEqual([true, true, true]);
  });

  it('is opened anew for a redirect that keeps it, and the login stays behind', async () => {
    const other = await serve(async (request, response) =>
      response.end(`${request.headers.authorization} ${(await bodyOf(request)).equals(bytes)}`),
    );
    for (const status of [307, 308]) {
      const url = await serve((_request, response) => response.writeHead(status, { location: other, connection: 'close' }).end());
      const response = await put(url, source(), { headers: { authorization: 'secret' } });
      expect(Buffer.from(await readBody(response, 100)).toString()).toBe('undefined true');
    }
  });

  it.each(['keep-alive', 'close'])('that is not wanted does not hide the answer (%s)', async (connection) => {
    const url = await serve((_request, response) => response.writeHead(413, { connection }).end('too large'));
    for (let times = 0; times < 20; times++) {
      const response = await put(url, source());
      expect([response.status, Buffer.from(await readBody(response, 100)).toString()]).toEqual([413, 'too large']);
    }
  });

  it('fails with the fault of its source, which is not tried again', async () => {
    const url = await serve(async (request, response) => {
      await bodyOf(request).catch(() => undefined);
      response.end();
    });
    const fault = Object.assign(new Error('disk'), { code: 'ECONNRESET' });
    const broken = { size: 9, open: async () => Readable.from(failing(fault)) };
    await expect(put(url, broken, { retries: 3 })).rejects.toBe(fault);
    await expect(put(url, { size: 9, open: async () => Promise.reject(fault) }, { retries: 3 })).rejects.toBe(fault);
  });

  it.each([
    ['more than 3000000', [bytes, bytes]],
    ['2999999 instead of 3000000', [bytes.subarray(1)]],
  ])('of %s bytes is an error', async (message, chunks) => {
    const url = await serve(async (request) => void (await bodyOf(request).catch(() => undefined)));
    await expect(put(url, source(chunks))).rejects.toThrow(message);
  });

  it('without bytes has the length 0', async () => {
    const url = await serve((request, response) => response.end(request.headers['content-length']));
    const response = await put(url, { size: 0, open: async () => Readable.from([]) });
    expect(Buffer.from(await readBody(response, 10)).toString()).toBe('0');
  });

  it('frees the connection and the source when the signal aborts', async () => {
    const closed = Promise.withResolvers<void>();
    const abort = new AbortController();
    const url = await serve((request) => {
      request.on('error', () => {});
      request.socket.once('close', () => closed.resolve());
      request.once('data', () => abort.abort(new Error('stop')));
    });
    const endless = new Readable({ read() {} });
    endless.push(bytes.subarray(0, 1000));
    await expect(put(url, { size: bytes.length, open: async () => endless }, { signal: abort.signal })).rejects.toThrow('stop');
    await closed.promise;
    expect(endless.destroyed).toBe(true);
  });
});

describe('the clock of a body', () => {
  const timeouts = { send: 1000, answer: 5000 };
  const outer = new AbortController().signal;

  it('runs out when nothing moves, and not while something does', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const slow = new Readable({ read() {} });
    const sending = await startSending({ size: 5, open: async () => slow }, outer, timeouts);
    for (let piece = 0; piece < 5; piece++) {
      vi.advanceTimersByTime(900);
      slow.push(Buffer.from('x'));
      if (piece === 0) sending.body.resume();
      await once(sending.body, 'data');
    }
    expect(sending.signal.aborted).toBe(false);
    vi.advanceTimersByTime(1100);
    expect([sending.signal.aborted, sending.fault()]).toMatchObject([true, { code: 'ETIMEDOUT' }]);
    sending.failed();
  });

  it('gives the answer more time than a piece, and stops with it', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const start = async () => {
      const sending = await startSending(source(), outer, timeouts);
      sending.body.resume();
      await once(sending.body, 'end');
      vi.advanceTimersByTime(4900);
      expect(sending.signal.aborted).toBe(false);
      return sending;
    };
    const [silent, answered] = [await start(), await start()];
    answered.answered();
    vi.advanceTimersByTime(4900);
    expect([silent.signal.aborted, answered.signal.aborted]).toEqual([true, false]);
  });

  it('stays stopped while the rest of a body goes out after an early answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const sending = await startSending(source(), outer, timeouts);
    sending.answered();
    sending.body.resume();
    await once(sending.body, 'end');
    vi.advanceTimersByTime(60_000);
    expect(sending.signal.aborted).toBe(false);
  });
});

it('HEAD leaves its connection to later requests', async () => {
  const sockets = new Set<Socket>();
  const url = await serve((request, response) => {
    sockets.add(request.socket);
    response.end('body');
  });
  for (let times = 0; times < 6; times++) {
    const { body } = await http.request({ method: 'HEAD', url, signal: new AbortController().signal });
    await discardBody(body);
  }
  // A request right after another may open a second one.
  expect(sockets.size).toBeLessThanOrEqual(2);
});

async function* failing(fault: Error): AsyncGenerator<Uint8Array> {
  yield Buffer.from('x');
  throw fault;
}
