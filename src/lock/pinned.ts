import type { Where } from '../errors/index.ts';
import type { LockedPackage } from './types.ts';

/**
 * A lock that is a list: pylock.toml (PEP 751) or pinned requirements. There is no graph to walk; each pin says itself when it counts. Names of
 * packages, extras and groups are normalised; markers and specifiers stay text.
 */
export interface PinnedLock {
  readonly kind: 'pinned';
  readonly format: 'pylock' | 'requirements';
  /** Absolute path of the file; of the first one where there are several. */
  readonly file: string;
  /** Names of the files for people: `pylock.toml`, `requirements.txt, requirements-gpu.txt`. */
  readonly label: string;
  /** The command that writes the file anew. */
  readonly regenerate: string;
  readonly requiresPython: string | undefined;
  /** One of these markers must hold; none means any environment. */
  readonly environments: readonly string[];
  readonly extras: readonly string[];
  readonly groups: readonly string[];
  readonly defaultGroups: readonly string[];
  readonly pins: readonly Pin[];
  /** Facts that people should see, one line each. */
  readonly notes: readonly string[];
}

/** One package of a list; as a `LockedPackage` it has no edges, and paths are relative to the workspace root. */
export interface Pin extends LockedPackage {
  /** Condition under which it is installed; in pylock.toml it may search the extras and groups. */
  readonly marker: string | undefined;
  /** Versions of Python that the package allows; another one is an error, not a condition. */
  readonly requiresPython: string | undefined;
  readonly where: Where;
}

/** The parts of a `LockedPackage` that lists do not have. */
export const withoutEdges = {
  resolutionMarkers: [],
  dependencies: [],
  optionalDependencies: {},
  groups: {},
  metadata: undefined,
} as const;

/** What a resolver was given beside a project, where nothing was. */
export const emptyManifest = {
  requirements: [],
  constraints: [],
  overrides: [],
  buildConstraints: [],
  excludes: [],
  dependencyGroups: {},
  other: {},
} as const;
