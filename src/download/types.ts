import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import type { ErrorCode } from '../errors/index.ts';
import type { Authorize } from './credentials.ts';

/** One file to have in the store. */
export interface Download {
  /** Tried in this order; the next only if one fails for good. `index:` URLs are located first. */
  readonly urls: readonly string[];
  readonly digest: Digest;
  /** Exact bytes, where known. */
  readonly size?: number | undefined;
  /** The lock file that says so, for errors; default uv.lock. */
  readonly sizeIn?: 'uv.lock' | 'wherry.lock';
  /** What it is, for people: `django 5.2.8`. */
  readonly label: string;
  /** Lower-case names; sent to every URL, so no credentials. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Plain http to any host (Debian archives). */
  readonly allowHttp?: boolean;
  /** Code of the error for wrong bytes; WHEEL_HASH for .whl, else DOWNLOAD_HASH. */
  readonly hashError?: ErrorCode;
}

/** Finds a file that a lock names by its index alone, as `index:NAME/FILENAME`: its URL, or where it lies on this machine. */
export type Locate = (url: string, digest: Digest) => Promise<{ readonly url: string } | { readonly path: string }>;

/** What downloads need around them. */
export interface DownloadOptions {
  readonly ctx: Context;
  readonly authorize?: Authorize;
  readonly locate?: Locate;
  /** Replaces waiting between tries. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
}
