import { readFileSync } from 'node:fs';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Agent, Dispatcher } from 'undici';
import { ToolError } from '../errors/index.ts';
import { isLoopback } from './address.ts';
import type { SendTimeouts } from './sending.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Milliseconds: to connect, until the headers came, and between two pieces of a body that is received. */
export interface Timeouts extends SendTimeouts {
  readonly connect: number;
  readonly headers: number;
  readonly body: number;
}

/** undici, loaded with the first request: a build from the store sends none. */
export type Undici = Pick<typeof import('undici'), 'Agent' | 'EnvHttpProxyAgent'>;

/**
 * Chooses the connection pool of a URL: direct for loopback, else through the proxies that the environment names. With `anyCertificate` the
 * server's certificate is not judged; that of a proxy always is.
 */
export function dispatchers(undici: Undici, env: Env, timeouts: Timeouts): (url: URL, anyCertificate?: boolean) => Dispatcher {
  const plain = lazy(() => new undici.Agent(agentOptions(timeouts)));
  const proxy = lazy(() => tlsOptions(env, timeouts));
  const server = { judged: proxy, unjudged: lazy(() => ({ ...proxy(), rejectUnauthorized: false })) };
  const pools = new Map<string, Dispatcher>();
  return (url, anyCertificate = false) => {
    const isDirect = isLoopback(url.hostname);
    if (isDirect && url.protocol === 'http:') return plain();
    const key = `${isDirect} ${anyCertificate}`;
    const tls = anyCertificate ? server.unjudged : server.judged;
    const pool = pools.get(key) ?? proxyAgent(undici, isDirect ? {} : env, { timeouts, server: tls(), proxy: proxy() });
    pools.set(key, pool);
    return pool;
  };
}

interface Tls {
  readonly secureContext: SecureContext;
  readonly timeout: number;
  readonly rejectUnauthorized?: boolean;
}

function tlsOptions(env: Env, timeouts: Timeouts): Tls {
  return { secureContext: trustedRoots(env), timeout: timeouts.connect };
}

interface Connecting {
  readonly timeouts: Timeouts;
  readonly server: Tls;
  readonly proxy: Tls;
}

function proxyAgent({ EnvHttpProxyAgent }: Undici, env: Env, { timeouts, server, proxy }: Connecting): Dispatcher {
  return new EnvHttpProxyAgent({
    ...agentOptions(timeouts),
    connect: server,
    requestTls: server,
    proxyTls: proxy,
    // Given even when empty: otherwise the agent reads process.env itself.
    httpProxy: env.http_proxy ?? env.HTTP_PROXY ?? '',
    httpsProxy: env.https_proxy ?? env.HTTPS_PROXY ?? '',
    noProxy: env.no_proxy ?? env.NO_PROXY ?? '',
  });
}

function agentOptions(timeouts: Timeouts): Agent.Options {
  return {
    allowH2: false,
    connect: { timeout: timeouts.connect },
    headersTimeout: timeouts.headers,
    bodyTimeout: timeouts.body,
    keepAliveTimeout: 15_000,
  };
}

/** Node's roots, the system's, and the bundles that the environment names; parsed once, because that takes longer than a handshake. */
function trustedRoots(env: Env): SecureContext {
  const extra = (['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const).flatMap((name) => bundle(name, env[name]));
  return createSecureContext({ ca: [...new Set([...getCACertificates('bundled'), ...getCACertificates('system'), ...extra])] });
}

const pem = /-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]+?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g;

function bundle(variable: string, file: string | undefined): string[] {
  if (file === undefined || file === '') return [];
  const certificates = readText(variable, file).match(pem);
  if (certificates !== null) return certificates;
  throw new ToolError('NETWORK_CA_BUNDLE', `${variable} names a file without a PEM certificate: ${file}`);
}

function readText(variable: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new ToolError('NETWORK_CA_BUNDLE', `cannot read ${file}, which ${variable} names`, { cause });
  }
}

function lazy<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
