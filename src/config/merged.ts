import type { ImageKeys } from './schema.ts';
import type { ConfigOrigin } from './types.ts';

/** The file's form of one image after merging, with where each value came from. */
export interface MergedImage {
  readonly name: string;
  readonly values: Partial<ImageKeys>;
  readonly origins: readonly ConfigOrigin[];
}
