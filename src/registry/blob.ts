import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { asNetworkError, discardBody, type HttpResponse, isTransient } from '../http/index.ts';
import { registryFailure } from './failure.ts';
import type { Repository } from './reference.ts';
import type { Transport } from './transport.ts';
import type { BlobName } from './types.ts';

const maxResumes = 4;

/** Pieces of up to 64 KiB that may wait for their reader. */
const waiting = 16;

/**
 * Streams a blob; the stream fails with REGISTRY_PROTOCOL if the bytes do not match digest and size. A broken connection is resumed by Range.
 * The first request is sent before this resolves, so that a missing blob is an error here.
 */
export async function openBlob(transport: Transport, repository: Repository, blob: BlobName): Promise<Readable> {
  const place = { transport, repository, blob };
  return new BlobStream(place, await requestFrom({ ...place, offset: 0 }));
}

/** Passes chunks on and throws REGISTRY_PROTOCOL at the end, or as soon as there are too many bytes, if they are not the blob. */
export async function* verify(chunks: AsyncIterable<Uint8Array>, blob: BlobName): AsyncGenerator<Uint8Array> {
  const check = new BlobCheck(blob);
  for await (const chunk of chunks) {
    check.take(chunk);
    yield chunk;
  }
  check.end();
}

/** Compares bytes with what a descriptor promises. Throws REGISTRY_PROTOCOL. */
class BlobCheck {
  readonly #blob: BlobName;
  readonly #hash = createHash('sha256');
  seen = 0;

  constructor(blob: BlobName) {
    this.#blob = blob;
  }

  take(chunk: Uint8Array): void {
    const { digest, size } = this.#blob;
    this.seen += chunk.length;
    if (this.seen > size) throw mismatch(digest, `more than the ${size} bytes that were announced`);
    this.#hash.update(chunk);
  }

  end(): void {
    const { digest, size } = this.#blob;
    if (this.seen !== size) throw mismatch(digest, `${this.seen} bytes instead of ${size}`);
    if (`sha256:${this.#hash.digest('hex')}` !== digest) throw mismatch(digest, 'other bytes');
  }
}

interface Place {
  readonly transport: Transport;
  readonly repository: Repository;
  readonly blob: BlobName;
}

interface Position extends Place {
  readonly offset: number;
}

/**
 * The bytes of answers, in the pieces in which they came: who iterates a stream of bytes gets all that waits in it, joined into a new buffer, which
 * takes longer than the rest of the way.
 */
class BlobStream extends Readable {
  readonly #place: Place;
  readonly #check: BlobCheck;
  #response: HttpResponse;
  #resumes = 0;

  constructor(place: Place, first: HttpResponse) {
    super({ objectMode: true, highWaterMark: waiting });
    this.#place = place;
    this.#check = new BlobCheck(place.blob);
    this.#response = first;
    this.#listen();
  }

  override _read(): void {
    this.#response.body.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    // Also of a stream that is given up before its first byte: the answer would keep its connection.
    this.#response.body.destroy();
    done(error);
  }

  #listen(): void {
    const { body } = this.#response;
    body.on('data', (chunk: Uint8Array) => this.#attempt(() => this.#take(chunk)));
    body.once('end', () => this.#attempt(() => this.#end()));
    body.on('error', (fault) => void this.#resume(fault));
    body.pause();
  }

  #attempt(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #take(chunk: Uint8Array): void {
    this.#check.take(chunk);
    if (!this.push(chunk)) this.#response.body.pause();
  }

  #end(): void {
    this.#check.end();
    this.push(null);
  }

  async #resume(fault: unknown): Promise<void> {
    if (this.destroyed) return;
    try {
      if (this.#resumes++ >= maxResumes || !isTransient(fault)) throw asNetworkError(fault, this.#response.url);
      this.#response = await requestFrom({ ...this.#place, offset: this.#check.seen });
      this.#listen();
      if (this.destroyed) this.#response.body.destroy();
      else this.#response.body.resume();
    } catch (error) {
      this.destroy(error as Error);
    }
  }
}

async function requestFrom({ transport, repository, blob, offset }: Position): Promise<HttpResponse> {
  const headers: Record<string, string> = offset === 0 ? {} : { range: `bytes=${offset}-` };
  const response = await transport.send({ method: 'GET', repository, path: `blobs/${blob.digest}`, headers });
  if (response.status === 206 && offset > 0) return response;
  if (response.status === 200) return offset === 0 ? response : { ...response, body: Readable.from(skip(response.body, offset)) };
  const attempt = { action: `read ${blob.digest} of ${repository.registry}/${repository.repository}`, registry: repository.registry };
  const failure = await registryFailure(response, attempt);
  await discardBody(response.body);
  throw failure;
}

async function* skip(chunks: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
  let left = bytes;
  for await (const chunk of chunks) {
    if (chunk.length > left) yield chunk.subarray(left);
    left = Math.max(0, left - chunk.length);
  }
}

function mismatch(digest: Digest, why: string): ToolError {
  return new ToolError('REGISTRY_PROTOCOL', `blob ${digest} does not match its digest: ${why}`, {
    hint: 'run the command again; if it persists, the registry or a proxy in between changes blobs',
  });
}
