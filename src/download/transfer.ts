import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, redact } from '../http/index.ts';
import { releaseWhole } from '../release.ts';
import type { PartialBlob } from '../store/index.ts';
import { isRefusal, notAllowed } from './refusal.ts';
import { type OtherSize, wrongSize } from './size.ts';
import type { Download, DownloadOptions } from './types.ts';

/** One try to complete a partial download. */
export interface Transfer {
  readonly request: Download & DownloadOptions;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly partial: PartialBlob;
}

/** `complete`: all bytes are there, unverified. `again`: the transfer broke; what arrived is kept. */
export type TransferEnd = { readonly kind: 'complete' } | { readonly kind: 'again'; readonly cause: unknown };

/** Files of unknown size end here. */
const cap = 16 * 1024 ** 3;
const step = 1024 * 1024;

/** Sends one request for what is missing and writes the answer. Throws where another try can't help. */
export async function transfer(job: Transfer): Promise<TransferEnd> {
  const { partial, request } = job;
  if (request.size !== undefined && partial.offset > request.size) await partial.restart();
  if (request.size !== undefined && partial.offset === request.size) return { kind: 'complete' };
  const response = await request.ctx.http.request({
    method: 'GET',
    url: job.url,
    headers: partial.offset > 0 ? { ...job.headers, range: `bytes=${partial.offset}-` } : job.headers,
    signal: request.ctx.signal,
    allowHttp: request.allowHttp ?? false,
  });
  const start = await place(job, response);
  if (start === 'write') return await write(job, response);
  await discardBody(response.body);
  return start;
}

/** Understands the status: where the bytes of the body belong, or that there is nothing to write. */
async function place(job: Transfer, response: HttpResponse): Promise<TransferEnd | 'write'> {
  const { partial } = job;
  if (response.status === 206 && rangeStart(response) === partial.offset) return 'write';
  if (response.status === 200) {
    if (partial.offset > 0) await partial.restart();
    return 'write';
  }
  if (response.status === 206 || (response.status === 416 && partial.offset > 0)) {
    if (response.status === 416 && response.headers['content-range'] === `bytes */${partial.offset}`) return { kind: 'complete' };
    await partial.restart();
    return { kind: 'again', cause: undefined };
  }
  await discardBody(response.body);
  throw refused(job, response.status);
}

function rangeStart(response: HttpResponse): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(response.headers['content-range'] ?? '') ?? [];
  return start === undefined ? undefined : Number(start);
}

async function write(job: Transfer, response: HttpResponse): Promise<TransferEnd> {
  const { partial, request } = job;
  const limit = request.size ?? cap;
  const promised = lengthOf(response);
  if (promised !== undefined && isOther(partial.offset + promised, job))
    throw await otherSize(job, response, { found: partial.offset + promised });
  const total = request.size ?? (promised === undefined ? undefined : partial.offset + promised);
  let reported = partial.offset;
  try {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      if (partial.offset + chunk.length > limit)
        throw await otherSize(job, response, { found: partial.offset + chunk.length, atLeast: true });
      await partial.write(chunk);
      releaseWhole(chunk);
      if (partial.offset - reported < step) continue;
      reported = partial.offset;
      report(job, total);
    }
  } catch (error) {
    response.body.on('error', () => {}).destroy();
    request.ctx.signal.throwIfAborted();
    if (error instanceof ToolError && !error.code.startsWith('NETWORK_')) throw error;
    return { kind: 'again', cause: error };
  }
  if (total !== undefined && partial.offset < total) return { kind: 'again', cause: undefined };
  report(job, total);
  return { kind: 'complete' };
}

function report({ request, partial }: Transfer, total: number | undefined): void {
  const event = { type: 'progress', stage: 'produce', item: request.label, done: partial.offset } as const;
  request.ctx.emit(total === undefined ? event : { ...event, total });
}

function lengthOf(response: HttpResponse): number | undefined {
  const length = Number(response.headers['content-length']);
  return Number.isSafeInteger(length) ? length : undefined;
}

/** The length that a server announces is that of the whole file, so any other than the promised one is wrong. */
function isOther(total: number, { request }: Transfer): boolean {
  return request.size === undefined ? total > cap : total !== request.size;
}

async function otherSize(job: Transfer, response: HttpResponse, found: Pick<OtherSize, 'found' | 'atLeast'>): Promise<ToolError> {
  response.body.on('error', () => {}).destroy();
  await job.partial.restart();
  return wrongSize(job.request, { ...found, place: `at ${redact(job.url)}` });
}

function refused(job: Transfer, status: number): ToolError {
  const { label } = job.request;
  const place = `${redact(job.url)} answered ${status}`;
  if (isRefusal(status)) return notAllowed(`not allowed to download ${label}`, [place]);
  if (status === 404 || status === 410) {
    const hint = 'the index no longer has this file: run `uv lock --upgrade-package NAME`, or use an index that keeps it';
    return new ToolError('DOWNLOAD_NOT_FOUND', `${label} is not there`, { details: [place], hint });
  }
  return new ToolError('DOWNLOAD_FAILED', `could not download ${label}`, { details: [place], hint: 'run the command again later' });
}
