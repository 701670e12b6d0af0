import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong with a file. Counted faults end after `times` requests; others stay until they are cleared. */
export type Fault = { readonly times?: number } & (
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection breaks after this many bytes of the body. */
  | { readonly kind: 'reset'; readonly after: number }
  /** A whole, well-formed answer with other bytes. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
);

/** Files by path on a loopback port, as a package index or a mirror serves them; with Range, HEAD, and faults on demand. */
export interface IndexServer {
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  /** `METHOD path` of every request so far. */
  readonly seen: string[];
  /** `path` starts with a slash. */
  put(path: string, bytes: Uint8Array): void;
  fault(path: string | RegExp, fault: Fault): void;
  /** From now on every request must carry this login. */
  protect(login: { readonly user: string; readonly password: string }): void;
  /** Forgets all faults and the login. */
  heal(): void;
  close(): Promise<void>;
}

interface State {
  readonly files: Map<string, Uint8Array>;
  faults: { readonly path: string | RegExp; readonly fault: Fault; left: number }[];
  login: string | undefined;
}

/** Starts a server; the caller closes it. */
export async function startIndex(): Promise<IndexServer> {
  const state: State = { files: new Map(), faults: [], login: undefined };
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    answer(state, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    put: (path, bytes) => void state.files.set(path, bytes),
    fault: (path, fault) => void state.faults.push({ path, fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    protect: ({ user, password }) => {
      state.login = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    },
    heal: () => {
      state.faults = [];
      state.login = undefined;
    },
    close: async () => {
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  if (state.login !== undefined && request.headers.authorization !== state.login) {
    response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end('a login is needed');
    return;
  }
  const path = request.url ?? '';
  const fault = faultOf(state, path);
  if (fault?.kind === 'status') {
    response.writeHead(fault.status, fault.headers).end('this answer was asked for by a test');
    return;
  }
  const bytes = fault?.kind === 'bytes' ? fault.bytes : state.files.get(path);
  if (bytes === undefined) response.writeHead(404).end('there is no such file');
  else {
    // Pages of an index end in a slash; uv wants to know what they are.
    if (path.endsWith('/')) response.setHeader('content-type', 'text/html');
    sendFile(request, response, { bytes, breakAfter: fault?.kind === 'reset' ? fault.after : undefined });
  }
}

function faultOf({ faults }: State, path: string): Fault | undefined {
  const hit = faults.find((entry) => entry.left > 0 && (typeof entry.path === 'string' ? entry.path === path : entry.path.test(path)));
  if (hit === undefined) return undefined;
  hit.left -= 1;
  return hit.fault;
}

function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, breakAfter }: { readonly bytes: Uint8Array; readonly breakAfter: number | undefined },
): void {
  const [, from] = /^bytes=(\d+)-/.exec(request.headers.range ?? '') ?? [];
  const start = from === undefined ? 0 : Number(from);
  if (start >= bytes.length && from !== undefined) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  const body = bytes.subarray(start);
  const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from === undefined ? 200 : 206, { 'content-length': body.length, ...(from === undefined ? {} : range) });
  if (request.method === 'HEAD') response.end();
  else if (breakAfter === undefined) response.end(body);
  else if (breakAfter === 0) response.flushHeaders();
  else response.write(body.subarray(0, breakAfter));
  if (breakAfter !== undefined && request.method !== 'HEAD') setTimeout(() => response.socket?.resetAndDestroy(), 20);
}
