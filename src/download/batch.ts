import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { download } from './download.ts';
import type { Download, DownloadOptions } from './types.ts';

const parallel = 8;

/** Downloads under way. */
export interface DownloadBatch {
  /** Settles when this file is in the store; at once for a digest that is no part of the batch. */
  ready(digest: Digest): Promise<void>;
  /** Settles when all files are; rejects with the first error after the others have stopped. */
  readonly done: Promise<void>;
}

/** Starts downloading, eight at a time, equal digests once. The first error stops the others. */
export function startDownloads(items: readonly Download[], options: DownloadOptions): DownloadBatch {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.ctx.signal, stop.signal]);
  const ctx: Context = { ...options.ctx, signal };
  const queue = [...new Map(items.map((item) => [item.digest, item])).values()];
  const waiting = new Map(queue.map((item) => [item.digest, Promise.withResolvers<void>()]));
  for (const { promise } of waiting.values()) promise.catch(() => undefined);
  let failure: { readonly error: unknown } | undefined;

  const lane = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      try {
        if (failure === undefined) await download({ ...item, ...options, ctx });
      } catch (error) {
        failure ??= { error };
        stop.abort();
      }
      if (failure === undefined) waiting.get(item.digest)?.resolve();
      else waiting.get(item.digest)?.reject(failure.error);
    }
  };
  const lanes = Array.from({ length: Math.min(parallel, queue.length) }, lane);
  const done = Promise.all(lanes).then(() => {
    if (failure !== undefined) throw failure.error;
  });
  done.catch(() => undefined);
  return { ready: (digest) => waiting.get(digest)?.promise ?? Promise.resolve(), done };
}

/** Downloads everything. Errors: those of `download`. */
export function downloadAll(items: readonly Download[], ctx: Context, options: Omit<DownloadOptions, 'ctx'> = {}): Promise<void> {
  return startDownloads(items, { ...options, ctx }).done;
}
