import type { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { isListed } from './address.ts';
import type { Timeouts } from './dispatchers.ts';
import type { Hop } from './redirect.ts';
import { startSending } from './sending.ts';
import type { BodySource, HttpRequest, HttpResponse } from './types.ts';

/** How requests get to the wire. */
export interface Connections {
  readonly timeouts: Timeouts;
  readonly dispatcher: (url: URL, anyCertificate: boolean) => Dispatcher;
}

/** Loads what sends requests: undici and Node's TLS take a while, and a build from the store sends nothing. */
export async function connect(env: Readonly<Record<string, string | undefined>>, given: Partial<Timeouts> = {}): Promise<Connections> {
  const [undici, { dispatchers }] = await Promise.all([import('./undici.ts'), import('./dispatchers.ts')]);
  const timeouts = { ...defaultTimeouts, ...given };
  return { timeouts, dispatcher: dispatchers(undici, env, timeouts) };
}

// A registry may take minutes to store a large blob that it has received.
const defaultTimeouts: Timeouts = { connect: 15_000, headers: 60_000, body: 60_000, send: 60_000, answer: 300_000 };

/** One request and its answer, without redirects. Errors: those of undici, `SourceFault`, `StallFault`. */
export async function exchange(connections: Connections, request: HttpRequest, hop: Hop): Promise<HttpResponse> {
  const { method, body = null, signal } = request;
  if (isSource(body) && body.size > 0) return await stream(connections, hop, { ...request, body });
  const transmission = { method, headers: hop.headers, body: isSource(body) ? '' : body, signal };
  return await transmit(connections, hop, { ...transmission, insecure: request.insecure });
}

async function stream(
  connections: Connections,
  hop: Hop,
  { method, body, signal, insecure }: HttpRequest & { readonly body: BodySource },
): Promise<HttpResponse> {
  const sending = await startSending(body, signal, connections.timeouts);
  const headers = { ...hop.headers, 'content-length': String(body.size) };
  try {
    // The sending's own clock replaces undici's, which does not see a slow body move.
    const transmission = { method, headers, body: sending.body, signal: sending.signal, headersTimeout: 0 };
    const response = await transmit(connections, hop, { ...transmission, insecure });
    sending.answered();
    return response;
  } catch (fault) {
    sending.failed();
    throw sending.fault() ?? fault;
  }
}

type Transmission = Pick<Dispatcher.RequestOptions, 'method' | 'headers' | 'body' | 'signal' | 'headersTimeout'> & {
  readonly insecure: HttpRequest['insecure'];
};

async function transmit({ dispatcher }: Connections, { url }: Hop, { insecure, ...transmission }: Transmission): Promise<HttpResponse> {
  // undici closes the connection after each HEAD unless told otherwise, and a push begins with many of them.
  const kept = transmission.method === 'HEAD' ? { reset: false } : {};
  const place = { origin: url.origin, path: `${url.pathname}${url.search}` };
  const answer = await dispatcher(url, isListed(url, insecure)).request({ ...transmission, ...kept, ...place });
  return { status: answer.statusCode, headers: flat(answer.headers), url: url.href, body: answer.body as Readable };
}

function isSource(body: Uint8Array | string | BodySource | null): body is BodySource {
  return typeof body === 'object' && body !== null && 'open' in body;
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));
}
