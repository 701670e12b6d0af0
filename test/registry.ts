import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Digest, digestOf } from '../src/digest.ts';

/** How the registry wants to be asked. `user:secret` is the one account; `bearer` has a token server at `/token`. */
export type Login = 'none' | 'basic' | 'bearer';

/** One request that arrived. */
export interface SeenRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** An in-memory registry on a loopback port, for tests (distribution-spec, pull half). */
export interface TestRegistry {
  /** `127.0.0.1:PORT`, as it stands in references. */
  readonly host: string;
  /** Every request so far, in order. */
  readonly seen: SeenRequest[];
  /** Requests whose path matches, as `METHOD path`. */
  count(pattern: RegExp): number;
  putBlob(repository: string, bytes: Uint8Array): Digest;
  /** Stores a manifest under its digest and the given tags. */
  putManifest(repository: string, manifest: TestManifest): Digest;
  close(): Promise<void>;
}

export interface TestManifest {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly tags?: readonly string[];
}

export interface TestRegistryOptions {
  readonly login?: Login;
  /** Whether the Bearer token server answers without a login. Default true. */
  readonly anonymous?: boolean;
  /** Looks at every request first; true = it has answered (faults, redirects, old registries). */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

interface State {
  readonly options: TestRegistryOptions;
  readonly blobs: Map<string, Uint8Array>;
  readonly manifests: Map<string, TestManifest>;
  host: string;
}

const basic = `Basic ${Buffer.from('user:secret').toString('base64')}`;
const token = 'token-of-the-test-registry';

/** Starts a registry; the caller closes it. */
export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const state: State = { options, blobs: new Map(), manifests: new Map(), host: '' };
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    if (!(options.intercept?.(request, response) ?? false)) answer(state, request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  state.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host: state.host,
    seen,
    count: (pattern) => seen.filter(({ method, url }) => pattern.test(`${method} ${url}`)).length,
    putBlob: (repository, bytes) => {
      const digest = digestOf(bytes);
      state.blobs.set(`${repository}@${digest}`, bytes);
      return digest;
    },
    putManifest: (repository, manifest) => putManifest(state, repository, manifest),
    close: async () => await close(server),
  };
}

function putManifest(state: State, repository: string, manifest: TestManifest): Digest {
  const digest = digestOf(manifest.bytes);
  for (const name of [digest, ...(manifest.tags ?? [])]) state.manifests.set(`${repository}@${name}`, manifest);
  return digest;
}

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', `http://${state.host}`);
  const [, repository, kind, name] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(url.pathname) ?? [];
  if (url.pathname === '/token') answerToken(state, request, response);
  else if (!isAllowed(state, request)) challenge(state, url, response);
  else if (kind === 'manifests') answerManifest(state.manifests.get(`${repository}@${name}`), request, response);
  else if (kind === 'blobs') answerBlob(state.blobs.get(`${repository}@${name}`), request, response);
  else fail(response, url.pathname === '/v2/' ? 200 : 404, 'NAME_UNKNOWN');
}

function answerManifest(manifest: TestManifest | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (manifest === undefined) {
    fail(response, 404, 'MANIFEST_UNKNOWN');
    return;
  }
  response.writeHead(200, {
    'content-type': manifest.mediaType,
    'content-length': manifest.bytes.length,
    'docker-content-digest': digestOf(manifest.bytes),
  });
  response.end(request.method === 'HEAD' ? undefined : manifest.bytes);
}

function answerBlob(bytes: Uint8Array | undefined, request: IncomingMessage, response: ServerResponse): void {
  if (bytes === undefined) {
    fail(response, 404, 'BLOB_UNKNOWN');
    return;
  }
  const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const part = bytes.subarray(start);
  const range = start === 0 ? {} : { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(start === 0 ? 200 : 206, { 'content-length': part.length, 'docker-content-digest': digestOf(bytes), ...range });
  response.end(request.method === 'HEAD' ? undefined : part);
}

function isAllowed({ options: { login = 'none' } }: State, request: IncomingMessage): boolean {
  const given = request.headers.authorization;
  return login === 'none' || given === (login === 'basic' ? basic : `Bearer ${token}`);
}

function challenge({ options, host }: State, url: URL, response: ServerResponse): void {
  const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1] ?? '';
  const bearer = `Bearer realm="http://${host}/token",service="test",scope="repository:${repository}:pull"`;
  response.setHeader('www-authenticate', options.login === 'basic' ? 'Basic realm="test"' : bearer);
  fail(response, 401, 'UNAUTHORIZED');
}

function answerToken({ options }: State, request: IncomingMessage, response: ServerResponse): void {
  const given = request.headers.authorization;
  if (given === undefined ? options.anonymous === false : given !== basic) {
    fail(response, 401, 'UNAUTHORIZED');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ token }));
}

function fail(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ errors: [{ code, message: `it is ${code}` }] }));
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
}
