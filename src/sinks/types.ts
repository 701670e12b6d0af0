import type { Content, Descriptor, Image, ImageIndex } from '../image/index.ts';
import type { LayoutName } from './names.ts';

/** A destination of images. `put` is all or nothing as far as the destination allows. */
export interface Sink {
  /** For messages: `oci:out`, `docker`. */
  readonly name: string;
  has?(descriptor: Descriptor): Promise<boolean>;
  put(image: Image | ImageIndex, options: PutOptions): Promise<PutResult>;
}

/** A destination that can hold anything that a tag stands for: other platforms, attestations, artifacts. Nothing is changed on the way. */
export interface ContentSink extends Sink {
  /** Throws what would stop `putContent`, as far as that can be told before anything is read. */
  check(): Promise<void>;
  putContent(content: Content, options: ContentOptions): Promise<PutResult>;
}

export interface PutOptions {
  /** Full references (`name:tag`) under which the image shall be known; the first is the main one. */
  readonly references: readonly string[];
  readonly signal: AbortSignal;
}

export interface ContentOptions {
  /** None: it lies there without a name, and is found by its digest. */
  readonly names: readonly LayoutName[];
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
