import type { Readable } from 'node:stream';
import type { DiffId, Digest } from '../digest.ts';
import type { Platform } from '../platform.ts';
import type { LayerSplice } from './splice.ts';

/** An OCI content descriptor (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly platform?: { readonly os: string; readonly architecture: string; readonly variant?: string };
  /** What an artifact's manifest holds. */
  readonly artifactType?: string;
  /** Where else the bytes can be had; the only places of a foreign layer. */
  readonly urls?: readonly string[];
}

/** One layer as an image needs it, wherever its bytes lie. */
export interface Layer {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly diffId: DiffId;
  readonly size: number;
  /** Recipe of a layer made by us; undefined for a base's own layer. */
  readonly recipe?: Digest;
  /** For `history` and people: `dependencies: django 5.2.8`. */
  readonly comment?: string;
  /** How a layer of ours was made, where that is known. */
  readonly splice?: LayerSplice;
  /** Of wheels: the paths below which all their files lie. */
  readonly roots?: readonly string[];
}

/** An immutable single-platform image: exact manifest and config bytes, and where its blobs can be read. */
export interface Image {
  readonly name: string;
  readonly platform: Platform;
  readonly manifest: Uint8Array;
  readonly descriptor: Descriptor;
  readonly config: Uint8Array;
  readonly configDescriptor: Descriptor;
  readonly layers: readonly Layer[];
  readonly blobs: BlobSource;
}

/** Several platforms of one image under one index. */
export interface ImageIndex {
  readonly name: string;
  readonly index: Uint8Array;
  readonly descriptor: Descriptor;
  readonly images: readonly Image[];
}

/** Opens a blob by digest; the stream fails if the bytes do not match it. */
export interface BlobSource {
  open(blob: { readonly digest: Digest; readonly size: number }): Promise<Readable>;
}
