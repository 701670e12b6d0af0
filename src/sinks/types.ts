import type { Descriptor, Image, ImageIndex } from '../image/types.ts';

/** A destination of images. `put` is all or nothing as far as the destination allows. */
export interface Sink {
  /** For messages: `oci:out`, `docker`. */
  readonly name: string;
  has?(descriptor: Descriptor): Promise<boolean>;
  put(image: Image | ImageIndex, options: PutOptions): Promise<PutResult>;
}

export interface PutOptions {
  /** Full references (`name:tag`) under which the image shall be known; the first is the main one. */
  readonly references: readonly string[];
  readonly signal: AbortSignal;
}

export interface PutResult {
  /** What the user can use next, for example `docker:site:latest`. */
  readonly location: string;
  readonly bytesWritten: number;
  /** Of registries: what became of the image's layers. */
  readonly layers?: SentLayers;
}

/** Numbers of layers, each digest once. */
export interface SentLayers {
  /** The registry had them in the repository. */
  readonly reused: number;
  /** It took them over from another repository. */
  readonly mounted: number;
  readonly sent: number;
}
