import type { ImageConfig } from '../config/types.ts';
import { ToolError } from '../errors/index.ts';

/** What is true of this build alone; it enters the image only where `stamp = [...]` asks for it. */
export interface Moment {
  /** Commit of the sources. */
  readonly revision: string | undefined;
  /** Seconds since 1970: SOURCE_DATE_EPOCH; undefined for the constant. */
  readonly created: number | undefined;
}

/** Annotations of the image-spec (annotations.md) that `stamp` asks for. Throws CONFIG_INVALID if there is no commit to name. */
export function stampAnnotations({ stamp }: Pick<ImageConfig, 'stamp'>, { revision, created }: Moment): Record<string, string> {
  const annotations: Record<string, string> = {};
  if (stamp.includes('revision')) {
    if (revision === undefined) {
      throw new ToolError('CONFIG_INVALID', 'stamp = ["revision"] needs a git repository with a commit', {
        hint: 'commit first, or remove "revision" from stamp in [tool.wherry]',
      });
    }
    annotations['org.opencontainers.image.revision'] = revision;
  }
  if (stamp.includes('created') && created !== undefined) {
    annotations['org.opencontainers.image.created'] = new Date(created * 1000).toISOString().replace('.000Z', 'Z');
  }
  return annotations;
}
