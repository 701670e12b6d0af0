import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../errors/index.ts';
import { redact } from '../http/index.ts';
import { copyFile } from './copy.ts';
import { wrongSize } from './size.ts';
import { transfer } from './transfer.ts';
import type { Download, DownloadOptions } from './types.ts';

const tries = 5;

/**
 * Brings one file into `ctx.store`, unless it is there: hashed while it streams, resumed by Range (also across runs), tried again with
 * backoff. Errors: WHEEL_HASH, DOWNLOAD_HASH or SIZE_WRONG, DOWNLOAD_TRUNCATED, DOWNLOAD_AUTH, DOWNLOAD_NOT_FOUND, DOWNLOAD_FAILED,
 * OFFLINE_MISSING, those of the HTTP client and of the store.
 */
export async function download(request: Download & DownloadOptions): Promise<void> {
  const { ctx } = request;
  const known = await ctx.store.has(request.digest);
  if (known !== undefined && (request.size === undefined || known === request.size)) return;
  if (ctx.offline) throw known === undefined ? missing(request) : wrongSize(request, { found: known, place: 'in the store' });
  let last: unknown;
  for (const url of request.urls) {
    try {
      return await fromPlace(request, await placeOf(request, url));
    } catch (error) {
      ctx.signal.throwIfAborted();
      if (!(error instanceof ToolError) || error.code.startsWith('STORE_')) throw error;
      last ??= error;
    }
  }
  throw last ?? new ToolError('DOWNLOAD_FAILED', `no URL is known for ${request.label}`);
}

type Place = { readonly url: string } | { readonly path: string };

async function placeOf({ locate, digest, label }: Download & DownloadOptions, url: string): Promise<Place> {
  if (!url.startsWith('index:')) return { url };
  if (locate === undefined) throw new ToolError('INTERNAL', `nobody was given to find ${label} on an index`);
  return await locate(url, digest);
}

async function fromPlace(request: Download & DownloadOptions, place: Place): Promise<void> {
  if ('url' in place) return await fromUrl(request, place.url);
  await copyFile(place.path, request.digest, { ctx: request.ctx, fail: (cause) => unreadable(request, place.path, cause) });
}

function unreadable({ label, hashError }: Download, file: string, cause: unknown): ToolError {
  if (cause === undefined)
    return new ToolError(hashError ?? 'WHEEL_HASH', `${label} has other bytes than the lock promises`, { where: { file } });
  return new ToolError('DOWNLOAD_NOT_FOUND', `${label} cannot be read from its directory`, { where: { file }, cause });
}

async function fromUrl(request: Download & DownloadOptions, url: string): Promise<void> {
  const headers = { 'accept-encoding': 'identity', ...request.headers, ...(await request.authorize?.(url)) };
  let left = tries;
  let furthest = 0;
  for (;;) {
    const before = await outcomeOf(request, url, headers);
    if (before.kind === 'done') return;
    // A transfer that reached further than ever earns new tries: long downloads over bad lines must end some day.
    left = before.offset > furthest ? tries - 1 : left - 1;
    furthest = Math.max(furthest, before.offset);
    if (left <= 0) throw truncated(request, url, before.cause);
    const wait = request.wait ?? ((milliseconds, signal) => sleep(milliseconds, undefined, { signal }));
    await wait(250 * 2 ** (tries - left) * (0.5 + Math.random()), request.ctx.signal);
  }
}

/** `offset`: the bytes that were there at the end of the try. */
type Outcome = { readonly kind: 'done' } | { readonly kind: 'again'; readonly offset: number; readonly cause: unknown };

async function outcomeOf(request: Download & DownloadOptions, url: string, headers: Readonly<Record<string, string>>): Promise<Outcome> {
  const partial = await request.ctx.store.partial(request.digest);
  const start = partial.offset;
  try {
    const end = await transfer({ request, url, headers, partial });
    if (end.kind === 'again') return { kind: 'again', offset: partial.offset, cause: end.cause };
    if (request.size !== undefined && partial.offset !== request.size) {
      const found = partial.offset;
      await partial.restart();
      throw wrongSize(request, { found, place: `at ${redact(url)}` });
    }
    await partial.commit(request.digest);
    return { kind: 'done' };
  } catch (error) {
    if (!(error instanceof ToolError) || error.code !== 'BLOB_HASH') throw error;
    // The bytes of an earlier run may be at fault, so only a download from the start is judged.
    if (start > 0) return { kind: 'again', offset: 0, cause: error };
    throw wrongBytes(request, url, error);
  } finally {
    await partial.abort();
  }
}

function missing(request: Download): ToolError {
  return new ToolError('OFFLINE_MISSING', `${request.label} is not in the store and no request may be sent`, {
    hint: 'run the command once without --offline',
  });
}

function truncated(request: Download, url: string, cause: unknown): ToolError {
  return new ToolError('DOWNLOAD_TRUNCATED', `${request.label} arrived incomplete, ${tries} times`, {
    details: [`from ${redact(url)}`],
    hint: 'run the command again: the download goes on where it stopped',
    cause,
  });
}

function wrongBytes(request: Download, url: string, error: ToolError): ToolError {
  const code = request.hashError ?? (new URL(url).pathname.endsWith('.whl') ? 'WHEEL_HASH' : 'DOWNLOAD_HASH');
  return new ToolError(code, `${request.label} has other bytes than the lock promises`, {
    details: [`from ${redact(url)}`, ...error.details, 'nothing of it was kept'],
  });
}
