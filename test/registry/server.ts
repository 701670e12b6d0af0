import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { digestOf } from '../../src/digest.ts';
import { exchange, type Handlers } from './exchange.ts';
import { answer, answerStored, refuseEarly } from './route.ts';
import { findManifest, namesIn, newState, type State } from './state.ts';
import type { SeenRequest, TestOrigin, TestRegistry, TestRegistryOptions } from './types.ts';

/** Starts a registry; the caller closes it. */
export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const state = newState(options);
  const registry = await listen(state, { early: refuseEarly, late: answer });
  const storage = await listen(
    { ...state, options: { ...options, intercept: () => false } },
    { early: () => undefined, late: answerStored },
  );
  const scheme = options.tls === undefined ? 'http' : 'https';
  const host = options.names?.registry ?? registry.host;
  const storageHost = options.names?.storage ?? storage.host;
  Object.assign(state.origins, { registry: `${scheme}://${host}`, storage: `${scheme}://${storageHost}` });
  return {
    ...registry,
    host,
    storage,
    ...contents(state),
    expireTokens: () => state.tokens.clear(),
    fault: (...faults) => state.faults.add(faults),
    close: async () => void (await Promise.all([registry.close(), storage.close()])),
  };
}

type Contents = Pick<TestRegistry, 'putBlob' | 'putManifest' | 'blob' | 'blobs' | 'manifest' | 'manifests' | 'openUploads'>;

function contents(state: State): Contents {
  return {
    putBlob: (repository, bytes) => {
      const digest = digestOf(bytes);
      state.blobs.set(`${repository}@${digest}`, bytes);
      return digest;
    },
    putManifest: (repository, manifest) => {
      const digest = digestOf(manifest.bytes);
      state.manifests.set(`${repository}@${digest}`, manifest);
      for (const tag of manifest.tags ?? []) state.tags.set(`${repository}:${tag}`, digest);
      return digest;
    },
    blob: (repository, digest) => state.blobs.get(`${repository}@${digest}`),
    blobs: (repository) => namesIn(state.blobs, repository, '@').flatMap((digest) => state.blobs.get(`${repository}@${digest}`) ?? []),
    manifest: (repository, name) => findManifest(state, repository, name),
    manifests: (repository) => namesIn(state.manifests, repository, '@'),
    openUploads: () => state.uploads.size,
  };
}

async function listen(state: State, handlers: Handlers): Promise<TestOrigin & { close(): Promise<void> }> {
  const seen: SeenRequest[] = [];
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const entry = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, bytes: 0 };
    seen.push(entry);
    if (state.options.intercept?.(request, response) ?? false) return;
    request.on('data', (chunk: Uint8Array) => {
      entry.bytes += chunk.length;
    });
    request.pause();
    exchange(state, { request, response }, handlers).catch((error: unknown) => response.destroy(error as Error));
  };
  const server = state.options.tls === undefined ? createServer(take) : createTlsServer(state.options.tls, take);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    host: `${state.options.tls === undefined ? '127.0.0.1' : 'localhost'}:${port}`,
    port,
    seen,
    count: (pattern) => seen.filter(({ method, url }) => pattern.test(`${method} ${url}`)).length,
    close: async () => await close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  server.closeAllConnections();
  await closed;
}
