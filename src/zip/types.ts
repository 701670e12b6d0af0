import type { Deflated } from '../deflated.ts';

/** One entry of an archive, after every header was checked. */
export interface ZipEntry {
  /** POSIX path, relative, normal (no `.`, `..`, empty segments), without a trailing slash. */
  readonly path: string;
  readonly type: 'file' | 'directory';
  /** Bytes after decompression. */
  readonly size: number;
  readonly compressedSize: number;
  readonly crc32: number;
  readonly method: ZipMethod;
  /** Unix `st_mode` (type and permission bits), undefined if the archive has none. */
  readonly mode: number | undefined;
  /** Whether any execute bit is set in `mode`. */
  readonly executable: boolean;
  /** Offset of the local header in the file. */
  readonly offset: number;
  /** Offset of the compressed bytes in the file. */
  readonly dataOffset: number;
}

export type ZipMethod = 'stored' | 'deflate' | 'zstd';

/** An archive whose structure was verified; contents are verified while they are read. */
export interface Zip {
  /** Name for messages: the file name without directories. */
  readonly label: string;
  /** In the order of the central directory. */
  readonly entries: readonly ZipEntry[];
  /** Decompresses one file, checking CRC-32, size and the end of the stream; throws ARCHIVE_UNSAFE. Memory does not grow with the entry; a chunk is valid until the next is asked for. */
  read(entry: ZipEntry): Iterable<Uint8Array>;
  /** The same file as the deflate stream that it is, as well verified; undefined for entries that are stored or packed with zstd. */
  deflated(entry: ZipEntry): Deflated | undefined;
  /** All of one file; only for small ones (`maxBytes`, default 16 MiB). */
  readAll(entry: ZipEntry, maxBytes?: number): Uint8Array;
}

/** Upper bounds that hold before anything is allocated. */
export interface ZipLimits {
  readonly entries: number;
  /** Bytes of the central directory. */
  readonly centralDirectory: number;
  /** Bytes of all entries after decompression. */
  readonly totalSize: number;
  /** Decompressed bytes per byte of the archive, beyond a free allowance of 64 MiB. */
  readonly ratio: number;
  /** Bytes of one zstd entry after decompression: it is decompressed in one piece. */
  readonly zstdEntry: number;
}

/** The largest real wheels have 40,000 entries, 6 GiB and a ratio of 20. */
export const defaultZipLimits: ZipLimits = {
  entries: 200_000,
  centralDirectory: 64 * 1024 * 1024,
  totalSize: 16 * 1024 ** 3,
  ratio: 200,
  zstdEntry: 256 * 1024 * 1024,
};
