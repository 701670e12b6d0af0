import type { ConfigFlags } from './config/index.ts';
import type { ImageConfig } from './config/types.ts';
import type { Moment } from './plan/index.ts';
import type { Platform } from './platform.ts';
import { type Project, readRevision } from './project/index.ts';
import type { LockMode } from './resolve/index.ts';

/** What a user asked for, with flags and environment already read by the command line. */
export interface BuildRequest {
  /** Absolute path; the project is searched here and above. */
  readonly directory: string;
  readonly flags: ConfigFlags;
  /** Absolute paths that this build writes; none of them enters the image. */
  readonly outputs: readonly string[];
  /** Staleness of uv.lock is not checked. */
  readonly frozen: boolean;
  readonly lockMode: LockMode;
  /** Of an image for several platforms only this one is planned, and what the others need is not looked at. */
  readonly only?: Platform;
  /** Seconds since 1970, from SOURCE_DATE_EPOCH; undefined for the constant. */
  readonly created: number | undefined;
}

/** Commit and date of this build, as far as `stamp` asks for them: without it neither git nor the clock is looked at. */
export async function momentOf(
  project: Pick<Project, 'root'>,
  { stamp }: Pick<ImageConfig, 'stamp'>,
  { created }: Pick<BuildRequest, 'created'>,
): Promise<Moment> {
  const revision = stamp.includes('revision') ? await readRevision(project.root) : undefined;
  const now = stamp.includes('created') ? Math.floor(Date.now() / 1000) : undefined;
  return { revision, created: created ?? now };
}
