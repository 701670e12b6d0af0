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

/**
 * Streams a blob; the stream fails with REGISTRY_PROTOCOL if the bytes do not match digest and size. A broken connection is resumed by Range.
 * The first request is sent before this resolves, so that a missing blob is an error here.
 */
export async function openBlob(transport: Transport, repository: Repository, blob: BlobName): Promise<Readable> {
  const first = await requestFrom({ transport, repository, blob, offset: 0 });
  const stream = Readable.from(verify(resumed({ transport, repository, blob, first }), blob), {
    objectMode: false,
    highWaterMark: 1 << 20,
  });
  // A stream that is given up before its first byte never reaches the answer's body, which would keep its connection.
  first.body.on('error', () => {});
  return stream.once('close', () => first.body.destroy());
}

/** Passes chunks on and throws REGISTRY_PROTOCOL at the end, or as soon as there are too many bytes, if they are not the blob. */
export async function* verify(chunks: AsyncIterable<Uint8Array>, { digest, size }: BlobName): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    if (seen > size) throw mismatch(digest, `more than the ${size} bytes that were announced`);
    hash.update(chunk);
    yield chunk;
  }
  if (seen !== size) throw mismatch(digest, `${seen} bytes instead of ${size}`);
  if (`sha256:${hash.digest('hex')}` !== digest) throw mismatch(digest, 'other bytes');
}

interface Position {
  readonly transport: Transport;
  readonly repository: Repository;
  readonly blob: BlobName;
  readonly offset: number;
}

async function* resumed({ first, ...place }: Omit<Position, 'offset'> & { readonly first: HttpResponse }): AsyncGenerator<Uint8Array> {
  let response = first;
  let offset = 0;
  for (let resumes = 0; ; resumes++) {
    try {
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        offset += chunk.length;
        yield chunk;
      }
      return;
    } catch (fault) {
      if (resumes >= maxResumes || !isTransient(fault)) throw asNetworkError(fault, response.url);
    }
    response = await requestFrom({ ...place, offset });
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
