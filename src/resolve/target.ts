import type { BaseFacts } from '../base/facts.ts';
import type { Platform } from '../platform.ts';

/** What an image is made for: one platform, one Python, one base (DESIGN §1, stage resolve). */
export interface Target {
  readonly platform: Platform;
  /** `X.Y`, for example `3.13`. */
  readonly pythonMinor: string;
  readonly base: BaseFacts;
  /** The base as the user named it, or as it was chosen. */
  readonly baseName: string;
  /** Why this Python and this base were chosen; one line each, for `plan --explain`. */
  readonly reasons: readonly string[];
}
