import type { Digest } from '../digest.ts';

export type { IndexOptions, IndexPlace } from '../index-options.ts';

/** A file that an index lists. */
export interface IndexFile {
  /** Without a directory. */
  readonly filename: string;
  /** Absolute URL without a fragment, or the absolute path of a local file. */
  readonly location: { readonly url: string } | { readonly path: string };
  /** Undefined where the index gives none, and for local files. */
  readonly sha256: Digest | undefined;
  /** Bytes. */
  readonly size: number | undefined;
  /** Versions of Python, as specifiers. */
  readonly requiresPython: string | undefined;
  readonly yanked: boolean;
  /** Whether the METADATA of a wheel can be had beside it, at the same URL with `.metadata` (PEP 658). */
  readonly metadata: boolean;
  /** Milliseconds since 1970 (PEP 700); absent where the index does not say. */
  readonly uploaded?: number;
}
