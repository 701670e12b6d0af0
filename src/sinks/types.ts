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
}
