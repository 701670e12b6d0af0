import { compatibleTags, rankTags, type TagRanks, type TagTarget } from '../packaging/index.ts';
import { machineOf, type Platform } from '../platform.ts';
import type { Target } from '../resolve/target.ts';

/** What wheels are measured against. */
export interface Fit {
  readonly platform: Platform;
  readonly libc: TagTarget['libc'];
  /** `3.13` */
  readonly pythonMinor: string;
  /** Whether the lock's requires-python allows another `X.Y`, for hints. */
  readonly allowsPython: (minor: string) => boolean;
  readonly ranks: TagRanks;
}

/** The fit of a target. */
export function fitOf(target: Target, allowsPython: (minor: string) => boolean): Fit {
  const { platform, pythonMinor } = target;
  const { libc } = target.base;
  return { platform, libc, pythonMinor, allowsPython, ranks: ranksOf({ platform, libc, pythonMinor }) };
}

/** Tag positions for any combination of platform, libc and Python. */
export function ranksOf({ platform, libc, pythonMinor }: Pick<Fit, 'platform' | 'libc' | 'pythonMinor'>): TagRanks {
  const target: TagTarget = { pythonMinor: Number(pythonMinor.split('.')[1]), libc, machine: machineOf(platform.architecture) };
  return rankTags(compatibleTags(target));
}
