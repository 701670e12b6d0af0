import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { type Authorize, indexCredentials, isRefusal, type Locate, notAllowed, packageIndexes } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, redact } from '../http/index.ts';
import type { Selection, WheelArtifact } from '../select/types.ts';
import { incomplete } from './resolve.ts';
import { type LockMode, type WherryLock, withSizes } from './wherry-lock.ts';

export interface SizesOptions {
  readonly selection: Selection;
  readonly lock: WherryLock;
  readonly mode: LockMode;
  /** Directory of uv.lock, where relative paths of wheels start. */
  readonly root: string;
  readonly ctx: Pick<Context, 'env' | 'http' | 'store' | 'emit' | 'signal' | 'offline'>;
  /** Credentials for URLs; default: those of the environment's indexes and netrc. */
  readonly authorize?: Authorize;
  /** Finds files that the lock names by their index alone. */
  readonly locate?: Locate;
}

/** `sizes` covers every wheel whose size uv.lock lacks: those of `lock`, and those of local files, which no lock needs to keep. Bytes. */
export interface ResolvedSizes {
  readonly lock: WherryLock;
  readonly sizes: Readonly<Record<Digest, number>>;
}

const parallel = 8;

interface SizedUrl {
  readonly digest: Digest;
  readonly url: string;
  readonly filename: string;
}

interface LocalFile {
  readonly digest: Digest;
  readonly path: string;
  readonly filename: string;
}

/**
 * Finds the sizes of wheels that neither uv.lock nor wherry.lock knows: sizes decide which wheels share a layer (DESIGN §4), so none may be
 * missing. Local wheels: the file's. Others: from the store, else by HEAD, else by the answer to a one-byte Range.
 * Errors: WHERRY_LOCK_INCOMPLETE in locked mode, SIZE_UNKNOWN, DOWNLOAD_AUTH, WHEEL_MISSING.
 */
export async function resolveSizes(options: SizesOptions): Promise<ResolvedSizes> {
  const unknown = unknownSizes(options);
  const local = await localSizes(unknown, options);
  const lock = await completed(onServers(unknown), options);
  return { lock, sizes: { ...local, ...lock.sizes } };
}

function unknownSizes({ selection, lock }: SizesOptions): WheelArtifact[] {
  const wheels = selection.packages.map(({ artifact }) => artifact).filter((artifact) => artifact.kind === 'wheel');
  return wheels.filter(({ size, sha256 }) => size === undefined && lock.sizes[sha256] === undefined);
}

async function localSizes(wheels: readonly WheelArtifact[], options: SizesOptions): Promise<Record<Digest, number>> {
  const files = wheels.flatMap(({ sha256, filename, location }): LocalFile[] =>
    'path' in location ? [{ digest: sha256, path: resolve(options.root, location.path), filename }] : [],
  );
  return Object.fromEntries(await Promise.all(files.map(async (file) => [file.digest, await sizeOfFile(file, options)] as const)));
}

async function sizeOfFile({ digest, path, filename }: LocalFile, { ctx }: SizesOptions): Promise<number> {
  const size = (await stat(path).catch(() => undefined))?.size ?? (await ctx.store.has(digest));
  if (size !== undefined) return size;
  throw new ToolError('WHEEL_MISSING', `the local wheel ${filename} is not there`, {
    details: ['uv.lock takes it from this path'],
    hint: 'put the file back, or change its entry in [tool.uv.sources] and run uv lock',
    where: { file: path },
  });
}

function onServers(wheels: readonly WheelArtifact[]): SizedUrl[] {
  const urls = wheels.flatMap(({ sha256, filename, location }): SizedUrl[] =>
    'url' in location ? [{ digest: sha256, url: location.url, filename }] : [],
  );
  return [...new Map(urls.map((item) => [item.digest, item])).values()];
}

async function completed(missing: readonly SizedUrl[], options: SizesOptions): Promise<WherryLock> {
  if (missing.length === 0) return options.lock;
  if (options.mode === 'locked')
    throw incomplete(`the size of ${missing.length === 1 ? 'one wheel' : `${missing.length} wheels`}, which uv.lock does not have either`);
  const sizes: Record<Digest, number> = {};
  const queue = [...missing];
  const authorize = options.authorize ?? indexCredentials({ env: options.ctx.env, indexes: packageIndexes({}, options.ctx.env) });
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      sizes[next.digest] = await sizeOf(next, { ...options, authorize });
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return withSizes(options.lock, sizes);
}

async function sizeOf(wheel: SizedUrl, options: SizesOptions): Promise<number> {
  const stored = await options.ctx.store.has(wheel.digest);
  if (stored !== undefined) return stored;
  if (options.ctx.offline) throw sizeUnknown(wheel, 'it is not in the store, and --offline forbids to ask its server');
  const answers: string[] = [];
  const place = wheel.url.startsWith('index:') ? await options.locate?.(wheel.url, wheel.digest) : { url: wheel.url };
  if (place !== undefined && 'path' in place) return (await stat(place.path)).size;
  for (const { method, read } of questions) {
    const answer = await answered(options, () => ask(method, place?.url ?? wheel.url, options));
    const size = answer instanceof ToolError ? undefined : read(answer);
    if (size !== undefined) return size;
    // HEAD alone proves nothing: signed URLs of object stores allow GET only.
    if (method === 'GET' && !(answer instanceof ToolError) && isRefusal(answer.status)) throw askedWithoutRight(wheel, answer.status);
    answers.push(`${method}: ${answer instanceof ToolError ? answer.message : `status ${answer.status} without a usable length`}`);
  }
  throw sizeUnknown(wheel, ...answers);
}

const questions = [
  { method: 'HEAD', read: sizeOfWhole },
  { method: 'GET', read: sizeOfRange },
] as const;

/** A server may refuse one kind of question and answer the other. */
async function answered({ ctx }: SizesOptions, question: () => Promise<HttpResponse>): Promise<HttpResponse | ToolError> {
  try {
    return await question();
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (error instanceof ToolError) return error;
    throw error;
  }
}

/** uv.lock has no size of it, so it is asked for here; the download would be refused too. */
function askedWithoutRight({ filename, url }: SizedUrl, status: number): ToolError {
  return notAllowed(`not allowed to ask for ${filename}`, [`${redact(url)} answered ${status}`]);
}

function sizeUnknown({ filename, url }: SizedUrl, ...why: readonly string[]): ToolError {
  return new ToolError('SIZE_UNKNOWN', `the size of ${filename} could not be had, and uv.lock does not have it`, {
    details: [redact(url), ...why],
    hint: 'run wherry lock while online, and commit wherry.lock',
  });
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
