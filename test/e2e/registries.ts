import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { selfSigned } from '../certificate.ts';
import { start, until } from './command.ts';
import { freePort } from './network.ts';
import { startTokenServer, type TokenServer, tokenIssuer } from './tokenServer.ts';

/** The two generations of distribution, the registry that most others descend from: Debian's 2.8 and a current 3. */
export const distributions = { '2.8': 'docker-registry', '3': 'distribution' } as const;

export type DistributionVersion = keyof typeof distributions;

export interface DistributionOptions {
  readonly version?: DistributionVersion;
  /** The one account is `user:secret`. Default `basic`. */
  readonly login?: 'none' | 'basic' | 'bearer';
  /** Serves https with a certificate of its own for `localhost`. */
  readonly tls?: boolean;
  /** Whether blobs and manifests can be deleted. Default false. */
  readonly deletes?: boolean;
  /** Whether manifests may name foreign layers by their URLs. Default false, as everywhere. */
  readonly foreignLayers?: boolean;
}

/** A real registry on a loopback port. */
export interface Distribution {
  /** `127.0.0.1:PORT`; with TLS `localhost:PORT`. */
  readonly host: string;
  /** PEM file of the certificate that a client must trust; undefined without TLS. */
  readonly certificate: string | undefined;
  /** What its token server was asked; empty without one. */
  readonly tokenRequests: readonly string[];
  /** `METHOD path` of every request so far, from its access log. */
  requests(): readonly string[];
  stop(): Promise<void>;
}

/** bcrypt of `secret`. */
const accounts = 'user:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n';

/** Starts a registry with a store of its own below a directory; the caller stops it. */
export async function startDistribution(directory: string, options: DistributionOptions = {}): Promise<Distribution> {
  const { version = '2.8', login = 'basic', tls = false } = options;
  await mkdir(directory, { recursive: true });
  const tokens = login === 'bearer' ? await startTokenServer() : undefined;
  const host = `${tls ? 'localhost' : '127.0.0.1'}:${await freePort()}`;
  const place: Place = { directory, host, tokens };
  await writeFiles(place, tls);
  const config = join(directory, 'config.yml');
  await writeFile(config, JSON.stringify(configOf(place, options)));
  // Version 3 would send traces to a collector on this machine.
  const daemon = start([distributions[version], 'serve', config], { env: { OTEL_TRACES_EXPORTER: 'none' } });
  let early: string | undefined;
  daemon.ended.then(
    ({ err }) => {
      early = err;
    },
    (error: unknown) => {
      early = String(error);
    },
  );
  await until(`an answer of ${host}`, async () => {
    if (early !== undefined) throw new Error(`${distributions[version]} ended: ${early}`);
    return await answers(host);
  });
  return {
    host,
    certificate: tls ? join(directory, 'tls.pem') : undefined,
    tokenRequests: tokens?.seen ?? [],
    requests: () => requestsIn(daemon.out()),
    stop: async () => {
      daemon.kill('SIGTERM');
      await daemon.ended;
      await tokens?.close();
    },
  };
}

interface Place {
  readonly directory: string;
  readonly host: string;
  readonly tokens: TokenServer | undefined;
}

async function writeFiles({ directory, tokens }: Place, tls: boolean): Promise<void> {
  await writeFile(join(directory, 'htpasswd'), accounts);
  if (tokens !== undefined) await writeFile(join(directory, 'tokens.pem'), tokens.certificate);
  if (!tls) return;
  const { key, cert } = selfSigned();
  await writeFile(join(directory, 'tls.pem'), cert);
  await writeFile(join(directory, 'tls.key'), key);
}

function configOf(
  place: Place,
  { tls = false, deletes = false, login = 'basic', foreignLayers = false }: DistributionOptions,
): Record<string, unknown> {
  const { directory, host } = place;
  const certificate = { certificate: join(directory, 'tls.pem'), key: join(directory, 'tls.key') };
  return {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(directory, 'data') }, delete: { enabled: deletes } },
    http: { addr: host, ...(tls ? { tls: certificate } : {}) },
    ...(foreignLayers ? { validation: { manifests: { urls: { allow: ['^https://'] } } } } : {}),
    ...(login === 'none' ? {} : { auth: login === 'basic' ? basicAuth(place) : tokenAuth(place) }),
  };
}

function basicAuth({ directory }: Place): Record<string, unknown> {
  return { htpasswd: { realm: 'test', path: join(directory, 'htpasswd') } };
}

function tokenAuth({ directory, tokens }: Place): Record<string, unknown> {
  return { token: { realm: tokens?.realm, service: 'test', issuer: tokenIssuer, rootcertbundle: join(directory, 'tokens.pem') } };
}

async function answers(host: string): Promise<boolean> {
  // With TLS it tells a plain request so, with status 400.
  return await fetch(`http://${host}/v2/`).then(
    ({ status }) => [200, 400, 401].includes(status),
    () => false,
  );
}

function requestsIn(log: string): string[] {
  return [...log.matchAll(/"([A-Z]+) (\/v2\/\S+) HTTP/g)].map(([, method, path]) => `${method} ${path}`);
}
