import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import type { WherryEvent } from '../events.ts';
import { createHttp } from '../http/index.ts';
import { type BlobUpload, createRegistry, parseReference } from './index.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => unknown;

interface Seen {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: () => Buffer;
}

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

/** A registry that takes everything, unless a fault is due for a request line; each fault is used once. */
async function start(faults: readonly (readonly [RegExp, Answer])[] = []) {
  const seen: Seen[] = [];
  const left = [...faults];
  const blobs = new Set<string>();
  let session = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const line = `${request.method} ${request.url}`;
    seen.push({ line, authorization: request.headers.authorization, headers: request.headers, body: () => Buffer.concat(chunks) });
    const due = left.findIndex(([pattern]) => pattern.test(line));
    if (due >= 0) {
      left.splice(due, 1)[0]?.[1](response, request);
      return;
    }
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method === 'HEAD') response.writeHead(blobs.has(String(request.url?.split('/').at(-1))) ? 200 : 404).end();
      else if (request.method === 'POST') response.writeHead(202, { location: `/v2/app/blobs/uploads/${++session}?_state=a%20b` }).end();
      else if (request.method === 'PUT') {
        const digest = `sha256:${createHash('sha256').update(Buffer.concat(chunks)).digest('hex')}`;
        if (request.url?.includes('/blobs/')) blobs.add(digest);
        response.writeHead(201, { 'docker-content-digest': digest }).end();
      } else response.writeHead(204).end();
    });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { host, seen, blobs, lines: () => seen.map(({ line }) => line.replace(/[0-9a-f]{64}/g, 'HEX')) };
}

function connect(signal = new AbortController().signal) {
  const events: WherryEvent[] = [];
  const waits: number[] = [];
  const registry = createRegistry({
    http: createHttp({ env: {}, wait: async () => {} }),
    env: {},
    emit: (event) => void events.push(event),
    signal,
    wait: async (milliseconds) => void waits.push(milliseconds),
  });
  return { registry, events, waits };
}

const bytes = Buffer.alloc(300_000, 'wherry');
const blob = { digest: digestOf(bytes), size: bytes.length };
function upload(more: Partial<BlobUpload> = {}): BlobUpload & { opened(): number } {
  let opened = 0;
  const open = async (): Promise<Readable> => {
    opened++;
    return Readable.from([bytes]);
  };
  return { blob, open, opened: () => opened, ...more };
}
const at = (host: string) => parseReference(`${host}/app`);
const say = (status: number, code?: string, headers: Record<string, string> = {}): Answer => {
  return (response) =>
    response.writeHead(status, headers).end(code === undefined ? '<html>' : JSON.stringify({ errors: [{ code, message: 'words' }] }));
};

describe('putBlob', () => {
  it('looks, starts an upload and sends the bytes with their length, with the state of the session kept', async () => {
    const server = await start();
    expect(await connect().registry.putBlob(at(server.host), upload())).toEqual({ how: 'uploaded', bytesSent: bytes.length });
    expect(server.lines()).toEqual([
      'HEAD /v2/app/blobs/sha256:HEX',
      'POST /v2/app/blobs/uploads/',
      'PUT /v2/app/blobs/uploads/1?_state=a%20b&digest=sha256%3AHEX',
    ]);
    expect(server.seen[2]?.headers).toMatchObject({ 'content-length': String(bytes.length), 'content-type': 'application/octet-stream' });
    expect(server.seen[2]?.body().equals(bytes)).toBe(true);
  });

  it.each([
    [/^HEAD/, 503],
    [/^POST/, 429],
    [/^PUT/, 500],
    [/^PUT/, 408],
  ] as const)('begins again when %s gives %i', async (pattern, status) => {
    const server = await start([[pattern, say(status)]]);
    const { registry, waits } = connect();
    expect(await registry.putBlob(at(server.host), upload())).toMatchObject({ how: 'uploaded' });
    expect(waits).toHaveLength(1);
    expect(server.blobs.has(blob.digest)).toBe(true);
  });
});
