import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';

export interface GetRequest {
  readonly url: string;
  /** Bytes after which the answer is cut off; the caller's size or hash check then fails. */
  readonly limit: number;
  readonly ctx: Context;
}

/**
 * A small file of a Debian archive; undefined if the mirror does not have it. http is allowed, since signatures protect the archive.
 * Throws `DOWNLOAD_FAILED` for any other status.
 */
export async function fetchBytes({ url, limit, ctx }: GetRequest): Promise<Uint8Array | undefined> {
  const response = await ctx.http.request({ method: 'GET', url, signal: ctx.signal, allowHttp: true });
  if (response.status !== 200) {
    response.body.destroy();
    if (response.status === 404 || response.status === 410) return undefined;
    throw new ToolError('DOWNLOAD_FAILED', `cannot read ${response.url}: status ${response.status}`, {
      hint: 'check the Debian mirror: [tool.wherry.debian] mirror or WHERRY_DEBIAN_MIRROR',
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    chunks.push(chunk);
    size += chunk.length;
    // One byte too many is enough to fail the size check.
    if (size > limit) break;
  }
  return Buffer.concat(chunks);
}
