import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { type Authorize, indexCredentials, packageIndexes } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, redact } from '../http/index.ts';
import type { Selection, WheelArtifact } from '../select/types.ts';
import { incomplete } from './resolve.ts';
import { type LockMode, type WherryLock, withSizes } from './wherry-lock.ts';

export interface SizesOptions {
  readonly selection: Selection;
  readonly lock: WherryLock;
  readonly mode: LockMode;
  readonly ctx: Pick<Context, 'env' | 'http' | 'store' | 'emit' | 'signal' | 'offline'>;
  /** Credentials for URLs; default: those of the environment's indexes and netrc. */
  readonly authorize?: Authorize;
}

const parallel = 8;

interface SizedUrl {
  readonly digest: Digest;
  readonly url: string;
}

/**
 * Adds the sizes of wheels that neither uv.lock nor wherry.lock knows (the layer rule needs them, DESIGN §4): from the store, else by HEAD,
 * else by the answer to a one-byte Range. What cannot be had is left out with a warning. Errors: WHERRY_LOCK_INCOMPLETE in locked mode.
 */
export async function resolveSizes(options: SizesOptions): Promise<WherryLock> {
  const missing = missingSizes(options);
  if (missing.length === 0) return options.lock;
  if (options.mode === 'locked')
    throw incomplete(`the size of ${missing.length === 1 ? 'one wheel' : `${missing.length} wheels`}, which uv.lock does not have either`);
  const sizes: Record<Digest, number> = {};
  const queue = [...missing];
  const authorize = options.authorize ?? indexCredentials({ env: options.ctx.env, indexes: packageIndexes({}, options.ctx.env) });
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const size = await sizeOf(next, { ...options, authorize });
      if (size !== undefined) sizes[next.digest] = size;
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  const failed = missing.filter(({ digest }) => sizes[digest] === undefined);
  if (failed.length > 0)
    options.ctx.emit({
      type: 'warning',
      message: `the size of ${failed.length} wheels could not be had, for example ${redact(failed[0]?.url ?? '')}`,
    });
  return withSizes(options.lock, sizes);
}

function missingSizes({ selection, lock }: SizesOptions): SizedUrl[] {
  const wheels = selection.packages
    .map(({ artifact }) => artifact)
    .filter((artifact): artifact is WheelArtifact => artifact.kind === 'wheel');
  const unknown = wheels.filter(({ size, sha256 }) => size === undefined && lock.sizes[sha256] === undefined);
  const urls = unknown.flatMap(({ sha256, location }) => ('url' in location ? [{ digest: sha256, url: location.url }] : []));
  return [...new Map(urls.map((item) => [item.digest, item])).values()];
}

async function sizeOf({ digest, url }: SizedUrl, options: SizesOptions): Promise<number | undefined> {
  const stored = await options.ctx.store.has(digest);
  if (stored !== undefined || options.ctx.offline) return stored;
  try {
    return sizeOfWhole(await ask('HEAD', url, options)) ?? sizeOfRange(await ask('GET', url, options));
  } catch (error) {
    options.ctx.signal.throwIfAborted();
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

async function ask(method: 'HEAD' | 'GET', url: string, { ctx, authorize }: SizesOptions): Promise<HttpResponse> {
  const range: Record<string, string> = method === 'GET' ? { range: 'bytes=0-0' } : {};
  const headers = { 'accept-encoding': 'identity', ...range, ...(await authorize?.(url)) };
  const response = await ctx.http.request({ method, url, headers, signal: ctx.signal });
  await discardBody(response.body);
  return response;
}

function sizeOfWhole({ status, headers }: HttpResponse): number | undefined {
  return status === 200 && headers['content-encoding'] === undefined ? positive(headers['content-length']) : undefined;
}

function sizeOfRange(response: HttpResponse): number | undefined {
  if (response.status !== 206) return sizeOfWhole(response);
  return positive(/^bytes 0-0\/(\d+)$/.exec(response.headers['content-range'] ?? '')?.[1]);
}

function positive(text: string | undefined): number | undefined {
  const size = Number(text ?? '');
  return Number.isSafeInteger(size) && size > 0 ? size : undefined;
}
