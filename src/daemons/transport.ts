import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ToolError } from '../errors/index.ts';
import type { EngineEndpoint } from './endpoint.ts';

export interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  /** An archive, streamed. */
  readonly archive?: Readable;
  readonly json?: unknown;
  readonly signal?: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** One request to an engine, its answer read to the end. Throws DAEMON_UNREACHABLE; errors of the archive pass through. */
export async function call(endpoint: EngineEndpoint, request: Call): Promise<Answer> {
  return await answerText(endpoint, await send(endpoint, request));
}

/** One request whose answer, if the status is 200, is a stream. */
export async function download(endpoint: EngineEndpoint, request: Call): Promise<Answer | Readable> {
  const response = await send(endpoint, request);
  if (response.statusCode !== 200) return await answerText(endpoint, response);
  return Readable.from(chunksOf(endpoint, response), { objectMode: false });
}

async function* chunksOf(endpoint: EngineEndpoint, response: IncomingMessage): AsyncGenerator<Uint8Array> {
  try {
    yield* response;
  } catch (cause) {
    throw cut(endpoint, cause as Error);
  }
}

function send(endpoint: EngineEndpoint, { method, path, archive, json, signal }: Call): Promise<IncomingMessage> {
  const type = archive === undefined ? 'application/json' : 'application/x-tar';
  const headers = archive === undefined && json === undefined ? {} : { 'content-type': type };
  const options: RequestOptions = { method, path, headers, ...(signal && { signal }) };
  return new Promise((resolve, reject) => {
    const request = open(endpoint, options);
    let bodyFault: unknown;
    request.once('response', resolve);
    request.once('error', (cause) => reject(bodyFault ?? (signal?.aborted ? signal.reason : unreachable(endpoint, cause))));
    if (archive === undefined) return void request.end(json === undefined ? undefined : JSON.stringify(json));
    // A daemon that refuses closes early; its answer says more than the broken pipe.
    pipeline(archive, request).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE' || error.code === 'ECONNRESET') return;
      bodyFault = error;
      request.destroy();
      reject(error);
    });
  });
}

function open(endpoint: EngineEndpoint, options: RequestOptions): ReturnType<typeof httpRequest> {
  if (endpoint.kind === 'socket') return httpRequest({ ...options, socketPath: endpoint.path, host: 'docker' });
  const { host, port, tls } = endpoint;
  if (tls === undefined) return httpRequest({ ...options, host, port });
  return httpsRequest({ ...options, host, port, ...tls });
}

async function answerText(endpoint: EngineEndpoint, response: IncomingMessage): Promise<Answer> {
  response.setEncoding('utf8');
  let text = '';
  try {
    for await (const chunk of response) text += chunk;
  } catch (cause) {
    throw cut(endpoint, cause as Error);
  }
  return { status: response.statusCode ?? 0, text };
}

/** An answer that ends too early, by a signal or by the engine. */
function cut(endpoint: EngineEndpoint, cause: Error): Error {
  return cause.name === 'AbortError' ? cause : unreachable(endpoint, cause);
}

function unreachable({ name, text }: EngineEndpoint, cause: NodeJS.ErrnoException): ToolError {
  const reason = cause.code === 'EACCES' ? 'permission denied' : (cause.code ?? cause.message);
  return new ToolError('DAEMON_UNREACHABLE', `cannot reach ${name} at ${text}: ${reason}`, {
    hint: name === 'Docker' ? dockerHint(cause.code) : 'start the service of Podman, or unset CONTAINER_HOST to use its command line',
    cause,
  });
}

function dockerHint(code: string | undefined): string {
  if (code === 'EACCES') return 'run as a user of the group docker';
  return 'start Docker, set DOCKER_HOST, or write a file instead: wherry build --tar FILE';
}
