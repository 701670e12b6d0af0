import type { Readable } from 'node:stream';
import type { DiffId, Digest } from '../digest.ts';
import type { LayerParts } from '../tar/layer.ts';

/**
 * The content-addressed store (DESIGN §2.3): temp + fsync + rename, verified on read, safe for many processes. The store never lies:
 * a blob that does not match its digest is removed and treated as absent.
 */
export interface Store {
  /** Absolute path of the store, for workers and upkeep. */
  readonly directory: string;
  /** Size in bytes of a stored blob, or undefined. Does not read it. */
  has(digest: Digest): Promise<number | undefined>;
  /** Absolute path of a blob file, for workers and random access; the caller checks what it reads. */
  path(digest: Digest): string;
  /** Whether this process itself hashed and stored the blob, so that it need not be read only to be checked. */
  wrote(digest: Digest): boolean;
  /** Streams a blob; the stream errors if the bytes do not match. */
  open(digest: Digest): Promise<Readable>;
  /** A whole small blob, verified; undefined if absent. */
  read(digest: Digest): Promise<Uint8Array | undefined>;
  put(bytes: Uint8Array): Promise<Digest>;
  /** Starts a new blob. */
  writer(): Promise<BlobWriter>;
  /** An unfinished download is kept under its expected digest, so that a later run can resume it by Range. */
  partial(expected: Digest): Promise<PartialBlob>;
  /** A made layer by recipe; undefined if unknown or if its blob is gone. */
  layer(recipe: Digest): Promise<StoredLayer | undefined>;
  putLayer(recipe: Digest, layer: StoredLayer): Promise<void>;
  /** Small JSON documents by kind and key: image names (`image`), indexes (`index`), memos. Undefined if absent or damaged. */
  document(kind: string, key: string): Promise<unknown>;
  putDocument(kind: string, key: string, value: unknown): Promise<void>;
}

export interface StoredLayer {
  readonly digest: Digest;
  readonly diffId: DiffId;
  /** Bytes, compressed. */
  readonly size: number;
  /** Bytes of the tar. */
  readonly tarSize: number;
  /** Absent in records of earlier versions. */
  readonly parts?: LayerParts;
  /** Of wheels: the paths below which all their files lie. Absent in records of earlier versions. */
  readonly roots?: readonly string[];
}

/** What an image needs to know of a layer, wherever its bytes lie. */
export type KnownLayer = Omit<StoredLayer, 'tarSize'>;

export interface BlobWriter {
  write(chunk: Uint8Array): Promise<void>;
  /** Closes, fsyncs and renames into place. With `expected`, other bytes throw and nothing is kept. */
  commit(expected?: Digest): Promise<{ readonly digest: Digest; readonly size: number }>;
  abort(): Promise<void>;
}

export interface PartialBlob extends BlobWriter {
  /** Bytes that an earlier run left, already hashed; the download goes on at this offset. */
  readonly offset: number;
  /** Throws the bytes away and starts at 0 (the server ignored Range). */
  restart(): Promise<void>;
}
