import type { Readable } from 'node:stream';
import { ToolError } from '../errors/index.ts';
import { asNetworkError } from './faults.ts';
import { redact } from './redact.ts';
import type { HttpResponse } from './types.ts';

/** Reads a whole answer of at most `maxBytes`. Errors: NETWORK_PROTOCOL if it is longer, else as for a request. */
export async function readBody(response: HttpResponse, maxBytes: number): Promise<Uint8Array> {
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw await tooLarge(response, maxBytes);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > maxBytes) throw await tooLarge(response, maxBytes);
      chunks.push(chunk);
    }
  } catch (fault) {
    throw asNetworkError(fault, response.url);
  }
  return new Uint8Array(Buffer.concat(chunks, size));
}

/** Ends an answer whose body is not wanted: a short one is read so that its connection can be used again, a long one is cut. */
export async function discardBody(body: Readable): Promise<void> {
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      if (size > 65_536) break;
    }
  } catch {
    // The answer's status was already read; how its body ends changes nothing.
  }
  body.destroy();
}

async function tooLarge(response: HttpResponse, maxBytes: number): Promise<ToolError> {
  response.body.on('error', () => {});
  response.body.destroy();
  return new ToolError('NETWORK_PROTOCOL', `the answer of ${redact(response.url)} is larger than ${maxBytes} bytes`);
}
