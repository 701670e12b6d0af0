import type { Deflated } from '../deflated.ts';

/** One entry of a layer before it becomes tar bytes. Paths are POSIX, relative to the image's root, without a trailing slash. */
export type LayerEntry = LayerEntryBase &
  (
    | {
        readonly type: 'file';
        /** Bytes that `content` yields in all. */
        readonly size: number;
        /** May be called once per writing; yields the bytes in order. Chunks are at most a few MiB and valid until the next is asked for. */
        readonly content: () => Iterable<Uint8Array>;
        /** The same bytes as a raw deflate stream, if the source has them so. Either this or `content` is read, not both. */
        readonly deflated?: Deflated;
        /** Made from the file just before, whose place in the order it shares: bytecode stands right after its source. */
        readonly derived?: true;
      }
    | { readonly type: 'directory' }
    | { readonly type: 'symlink'; readonly target: string }
  );

interface LayerEntryBase {
  readonly path: string;
  /** Permission bits, for example 0o644; special bits (0o1777) are kept. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970. */
  readonly mtime: number;
}

/** mtime of everything that does not follow its content: 2000-01-01T00:00:00Z (1980-01-01 breaks `zipfile` west of Greenwich). */
export const epoch = 946_684_800;
