import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { Environment } from './program.ts';

/** Where a Docker daemon, or Podman's service, listens. */
export type EngineEndpoint = { readonly name: 'Docker' | 'Podman'; readonly text: string } & (
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined }
);

/** Contents of Docker's three client files; any may be absent. */
export interface TlsFiles {
  readonly ca: Buffer | undefined;
  readonly cert: Buffer | undefined;
  readonly key: Buffer | undefined;
}

const defaultHost = 'unix:///var/run/docker.sock';

/**
 * The endpoint that the `docker` command would use: DOCKER_HOST, else the context of DOCKER_CONTEXT or of Docker's config.json, else the default
 * socket. Throws DAEMON_UNREACHABLE for unknown contexts and for ssh.
 */
export async function dockerEndpoint(env: Environment): Promise<EngineEndpoint> {
  const config = env.DOCKER_CONFIG ?? join(env.HOME ?? homedir(), '.docker');
  const host = env.DOCKER_HOST;
  if (host) return parseHost(host, env.DOCKER_TLS_VERIFY ? await readTls(env.DOCKER_CERT_PATH ?? config) : undefined);
  const context = env.DOCKER_CONTEXT || (await currentContext(config));
  if (context === undefined || context === 'default') return parseHost(defaultHost, undefined);
  return contextEndpoint(config, context);
}

function parseHost(text: string, tls: TlsFiles | undefined, name: EngineEndpoint['name'] = 'Docker'): EngineEndpoint {
  if (text.startsWith('unix://')) return { name, kind: 'socket', path: text.slice('unix://'.length), text };
  if (text.startsWith('npipe://')) return { name, kind: 'socket', path: text.slice('npipe://'.length).replaceAll('/', '\\'), text };
  const match = /^(tcp|https?):\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(text);
  if (match === null) {
    throw new ToolError('DAEMON_UNREACHABLE', `cannot reach ${name} at ${JSON.stringify(text)}: only unix:// and tcp:// are supported`, {
      hint: 'for a remote daemon forward its socket: ssh -L ./docker.sock:/var/run/docker.sock HOST, then set DOCKER_HOST=unix://…/docker.sock',
    });
  }
  const secure = match[1] === 'https' ? (tls ?? { ca: undefined, cert: undefined, key: undefined }) : tls;
  const host = (match[2] ?? '').replace(/^\[|\]$/g, '');
  return { name, kind: 'tcp', host, port: Number(match[3] ?? (secure === undefined ? 2375 : 2376)), tls: secure, text };
}

/**
 * Podman's service, where the command line would find it: CONTAINER_HOST, else the default socket of this user if it answers. Undefined where only
 * the command line leads to the user's images: no service, one behind ssh, or a store that the environment moved.
 */
export async function podmanEndpoint(env: Environment, uid = process.getuid?.()): Promise<EngineEndpoint | undefined> {
  const host = env.CONTAINER_HOST;
  if (host) return host.startsWith('ssh:') ? undefined : parseHost(host, undefined, 'Podman');
  if (env.CONTAINER_CONNECTION || env.CONTAINERS_STORAGE_CONF || env.CONTAINERS_CONF) return undefined;
  const directory = uid === 0 ? '/run' : env.XDG_RUNTIME_DIR;
  const path = directory && join(directory, 'podman/podman.sock');
  return path && (await listens(path)) ? { name: 'Podman', kind: 'socket', path, text: `unix://${path}` } : undefined;
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function currentContext(config: string): Promise<string | undefined> {
  const text = await readFile(join(config, 'config.json'), 'utf8').catch(() => '{}');
  try {
    const { currentContext } = JSON.parse(text) as { currentContext?: unknown };
    return typeof currentContext === 'string' && currentContext !== '' ? currentContext : undefined;
  } catch (cause) {
    throw new ToolError('DAEMON_UNREACHABLE', `cannot read ${join(config, 'config.json')}: it is not JSON`, { cause });
  }
}

/** Docker keeps a context's data under the SHA-256 of its name. */
async function contextEndpoint(config: string, context: string): Promise<EngineEndpoint> {
  const id = createHash('sha256').update(context).digest('hex');
  const text = await readFile(join(config, 'contexts/meta', id, 'meta.json'), 'utf8').catch((cause: unknown) => {
    throw new ToolError('DAEMON_UNREACHABLE', `there is no Docker context ${JSON.stringify(context)}`, {
      hint: 'see docker context ls',
      cause,
    });
  });
  const { Endpoints } = JSON.parse(text) as { Endpoints?: { docker?: { Host?: string } } };
  const host = Endpoints?.docker?.Host ?? defaultHost;
  const tls = await readTls(join(config, 'contexts/tls', id, 'docker'));
  return parseHost(host, tls.ca === undefined && tls.cert === undefined ? undefined : tls);
}

async function readTls(directory: string): Promise<TlsFiles> {
  const read = (name: string) => readFile(join(directory, name)).catch(() => undefined);
  return { ca: await read('ca.pem'), cert: await read('cert.pem'), key: await read('key.pem') };
}
