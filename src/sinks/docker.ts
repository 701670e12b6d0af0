import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ToolError } from '../errors/index.ts';
import type { DockerEndpoint } from './endpoint.ts';

/** A small client of Docker's Engine API; the oldest supported daemon is 20.10 (API 1.41). */
export interface DockerClient {
  /** `docker load`. Throws DAEMON_UNREACHABLE and DAEMON_REFUSED. */
  load(archive: Readable, signal: AbortSignal): Promise<void>;
  /** What the daemon says of an image by name; undefined if it has none. */
  inspect(name: string): Promise<{ readonly Id: string } | undefined>;
  /** The daemon's CPU in OCI terms, for example `amd64`. */
  architecture(): Promise<string>;
}

/** Talks to the daemon at an endpoint; nothing is sent before the first call. */
export function dockerClient(endpoint: DockerEndpoint): DockerClient {
  return {
    load: (archive, signal) => load(endpoint, archive, signal),
    async inspect(name) {
      const answer = await call(endpoint, { method: 'GET', path: `/images/${name}/json` });
      if (answer.status === 404) return undefined;
      return parsed(answer) as { Id: string };
    },
    async architecture() {
      return (parsed(await call(endpoint, { method: 'GET', path: '/version' })) as { Arch: string }).Arch;
    },
  };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: Readable;
  readonly signal?: AbortSignal;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function load(endpoint: DockerEndpoint, body: Readable, signal: AbortSignal): Promise<void> {
  const answer = await call(endpoint, { method: 'POST', path: '/images/load?quiet=1', body, signal });
  if (answer.status !== 200) throw refused(messageOf(answer));
  // The daemon answers 200 before it has read the archive; a later fault is a line of the stream.
  const fault = answer.text
    .split('\n')
    .map(errorLine)
    .find((line) => line !== undefined);
  if (fault !== undefined) throw refused(fault);
}

function errorLine(line: string): string | undefined {
  if (!line.includes('"error"')) return undefined;
  return (JSON.parse(line) as { error?: string }).error;
}

function call(endpoint: DockerEndpoint, { method, path, body, signal }: Call): Promise<Answer> {
  const options: RequestOptions = {
    method,
    path,
    headers: body === undefined ? {} : { 'content-type': 'application/x-tar' },
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const request = open(endpoint, options);
    let bodyFault: unknown;
    request.once('response', (response) => readAnswer(response).then(resolve, (cause) => reject(unreachable(endpoint, cause))));
    request.once('error', (cause) => reject(bodyFault ?? (signal?.aborted ? signal.reason : unreachable(endpoint, cause))));
    if (body === undefined) return void request.end();
    // A daemon that refuses closes early; its answer says more than the broken pipe.
    pipeline(body, request).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return;
      bodyFault = error;
      request.destroy();
      reject(error);
    });
  });
}

function open(endpoint: DockerEndpoint, options: RequestOptions): ReturnType<typeof httpRequest> {
  if (endpoint.kind === 'socket') return httpRequest({ ...options, socketPath: endpoint.path, host: 'docker' });
  const { host, port, tls } = endpoint;
  if (tls === undefined) return httpRequest({ ...options, host, port });
  return httpsRequest({ ...options, host, port, ...tls });
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  response.setEncoding('utf8');
  let text = '';
  for await (const chunk of response) text += chunk;
  return { status: response.statusCode ?? 0, text };
}

function parsed(answer: Answer): unknown {
  if (answer.status !== 200) throw refused(messageOf(answer));
  return JSON.parse(answer.text);
}

function messageOf({ status, text }: Answer): string {
  try {
    return String((JSON.parse(text) as { message?: string }).message ?? status);
  } catch {
    return `HTTP ${status}`;
  }
}

function refused(message: string): ToolError {
  return new ToolError('DAEMON_REFUSED', `Docker did not take the image: ${message}`, {
    hint: 'check the disk space of the daemon: docker system df',
  });
}

function unreachable(endpoint: DockerEndpoint, cause: NodeJS.ErrnoException): ToolError {
  const reason = cause.code === 'EACCES' ? 'permission denied' : (cause.code ?? cause.message);
  return new ToolError('DAEMON_UNREACHABLE', `cannot reach Docker at ${endpoint.text}: ${reason}`, {
    hint:
      cause.code === 'EACCES'
        ? 'run as a user of the group docker'
        : 'start Docker, set DOCKER_HOST, or write a file instead: wherry build --tar FILE',
    cause,
  });
}
