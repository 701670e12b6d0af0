import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../errors/index.ts';
import type { Emit } from '../events.ts';
import { checkUrl } from './address.ts';
import { discardBody } from './body.ts';
import type { Timeouts } from './dispatchers.ts';
import { type Connections, connect, exchange } from './exchange.ts';
import { asNetworkError, isTransient, SourceFault } from './faults.ts';
import { redact } from './redact.ts';
import { follow, type Hop, isRedirect, maxRedirects } from './redirect.ts';
import { isRetryable, retryDelay } from './retry.ts';
import type { Http, HttpRequest, HttpResponse } from './types.ts';

/** What a client is made from. All but `env` have defaults. */
export interface HttpOptions {
  /** `HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY` (either case), `SSL_CERT_FILE`, `NODE_EXTRA_CA_CERTS`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit?: Emit;
  /** Every request throws NETWORK_OFFLINE. */
  readonly offline?: boolean;
  readonly timeouts?: Partial<Timeouts>;
  /** Waits between tries; given by tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

/**
 * Makes the one HTTP client; connections are opened on first use and kept alive.
 * Errors of requests: NETWORK_OFFLINE, NETWORK_REFUSED_URL, NETWORK_UNREACHABLE, NETWORK_TIMEOUT, NETWORK_TLS, NETWORK_PROTOCOL,
 * NETWORK_CA_BUNDLE; the reason of the signal when it aborts.
 */
export function createHttp(options: HttpOptions): Http {
  let connecting: Promise<Connections> | undefined;
  const wire: Wire = {
    connections: () => {
      connecting ??= connect(options.env, options.timeouts);
      return connecting;
    },
    emit: options.emit ?? (() => {}),
    wait: options.wait ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { signal })),
  };
  return {
    request: async (request) => {
      if (options.offline === true) throw offline(request);
      return await persist(wire, request);
    },
  };
}

interface Wire {
  readonly connections: () => Promise<Connections>;
  readonly emit: Emit;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}

async function persist(wire: Wire, request: HttpRequest): Promise<HttpResponse> {
  const retries = request.retries ?? (request.body === undefined ? 4 : 0);
  for (let attempt = 0; ; attempt++) {
    const outcome = await attemptOnce(wire, request);
    if (attempt >= retries || !outcome.again) return settle(outcome, request);
    const retryAfter = outcome.response?.headers['retry-after'];
    if (outcome.response !== undefined) await discardBody(outcome.response.body);
    const milliseconds = retryDelay({ attempt, retryAfter, now: Date.now(), random: Math.random() });
    wire.emit({ type: 'note', message: `${outcome.reason} from ${redact(request.url)}; trying again` });
    await pause(wire, milliseconds, request.signal);
  }
}

async function pause(wire: Wire, milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wire.wait(milliseconds, signal);
  } finally {
    signal.throwIfAborted();
  }
}

type Outcome = Answered | Failed;

interface Answered {
  readonly response: HttpResponse;
  readonly again: boolean;
  readonly reason: string;
}

interface Failed {
  readonly response?: undefined;
  readonly fault: unknown;
  readonly again: boolean;
  readonly reason: string;
}

async function attemptOnce(wire: Wire, request: HttpRequest): Promise<Outcome> {
  try {
    const response = await throughRedirects(wire, request);
    return { response, again: isRetryable(response.status), reason: `status ${response.status}` };
  } catch (fault) {
    request.signal.throwIfAborted();
    return { fault, again: isTransient(fault), reason: 'no answer' };
  }
}

function settle(outcome: Outcome, request: HttpRequest): HttpResponse {
  if (outcome.response !== undefined) return outcome.response;
  if (outcome.fault instanceof SourceFault) throw outcome.fault.cause;
  throw asNetworkError(outcome.fault, request.url);
}

async function throughRedirects(wire: Wire, request: HttpRequest): Promise<HttpResponse> {
  let hop = firstHop(request);
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const response = await exchange(await wire.connections(), request, hop);
    if (!isRedirect(request.method, response.status)) return response;
    await discardBody(response.body);
    hop = follow(hop, response.headers.location, request);
  }
  throw new ToolError('NETWORK_PROTOCOL', `${redact(request.url)} redirects more than ${maxRedirects} times`);
}

function firstHop(request: HttpRequest): Hop {
  const url = checkUrl(request.url, request);
  const userinfo = basicOf(url);
  url.username = '';
  url.password = '';
  return { url, headers: { 'user-agent': 'wherry', accept: '*/*', ...userinfo, ...request.headers } };
}

function basicOf(url: URL): { authorization?: string } {
  if (url.username === '' && url.password === '') return {};
  const userinfo = [url.username, url.password].map(unescaped).join(':');
  return { authorization: `Basic ${Buffer.from(userinfo).toString('base64')}` };
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function offline(request: HttpRequest): ToolError {
  return new ToolError('NETWORK_OFFLINE', `offline: ${redact(request.url)} cannot be requested`, {
    hint: 'run the command once without --offline',
  });
}
