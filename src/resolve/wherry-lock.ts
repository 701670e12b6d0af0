import type { BaseFacts, DebianBase } from '../base/facts.ts';
import type { Digest } from '../digest.ts';
import { type Platform, platformName } from '../platform.ts';

/** wherry.lock (DESIGN §7): the memo of everything that only the network knows. An immutable value. */
export interface WherryLock {
  /** Sorted by reference, then platform; one per pair. */
  readonly bases: readonly LockedBase[];
  /** Files of requirements that name only a version; sorted by name, then version; one per pair. */
  readonly requirements: readonly LockedRequirement[];
  /** Bytes of wheels whose size uv.lock lacks, by SHA-256. */
  readonly sizes: Readonly<Record<Digest, number>>;
  /** Sorted by name, source, Python; one per triple. */
  readonly builds: readonly LockedBuild[];
}

/** A base for one platform, by the name that the user or the default gave it. */
export type LockedBase = LockedDebianBase | LockedImageBase;

export interface LockedDebianBase {
  readonly kind: 'debian';
  readonly reference: string;
  readonly platform: Platform;
  readonly base: DebianBase;
}

/** `facts.content` is a `RegistryBase`. */
export interface LockedImageBase {
  readonly kind: 'image';
  readonly reference: string;
  readonly platform: Platform;
  readonly facts: BaseFacts;
}

/** What an index has of a package in the version that a requirement names, as far as an image of any platform may use it. */
export interface LockedRequirement {
  /** Normalised. */
  readonly name: string;
  /** As the requirement names it, in its normal form. */
  readonly version: string;
  /** That of the files where it says more: `2.1.0+cpu` for `2.1.0`. */
  readonly resolved?: string;
  /** Versions of Python that the package allows. */
  readonly requiresPython?: string;
  /**
   * What the package depends on without extras, in its own words (`Requires-Dist`): a list without hashes is checked for what it lacks. Absent where
   * the index does not tell.
   */
  readonly requires?: readonly string[];
  /** Sorted by name. */
  readonly files: readonly LockedRequirementFile[];
}

export interface LockedRequirementFile {
  readonly filename: string;
  readonly sha256: Digest;
  /** Bytes; where the index does not say, it is among `sizes`. */
  readonly size?: number;
}

/** The format that is read and written. */
export const wherryLockVersion = 1;

export const emptyWherryLock: WherryLock = { bases: [], requirements: [], sizes: {}, builds: [] };

/** How one package is built: what its build needs, and which files were chosen for that. */
export interface LockedBuild {
  /** Normalised name of the package. */
  readonly name: string;
  /** `sha256:…` of an archive, `git:COMMIT`, or `path:packages/demo`; then `#SUBDIRECTORY`, if there is one. */
  readonly source: string;
  /** `X.Y` of the Python that builds. */
  readonly python: string;
  /** `build-backend`. */
  readonly backend: string;
  readonly backendPath: readonly string[];
  /** `build-system.requires`, as written, and what the project adds to it. */
  readonly requires: readonly string[];
  /** What the backend asks for beside that. */
  readonly more: readonly string[];
  /** Sorted by name. */
  readonly tools: readonly LockedTool[];
}

/** A wheel that builds. */
export interface LockedTool {
  /** Normalised. */
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly sha256: Digest;
  /** Bytes. */
  readonly size: number;
}

/** `locked`: nothing may be added, a missing entry is an error. */
export type LockMode = 'default' | 'locked';

/** The entry of a base on a platform. */
export function findBase(lock: WherryLock, reference: string, platform: Platform): LockedBase | undefined {
  return lock.bases.find((entry) => entry.reference === reference && platformName(entry.platform) === platformName(platform));
}

/** The lock with an entry more; an entry of the same base and platform stays as it is. */
export function withBase(lock: WherryLock, entry: LockedBase): WherryLock {
  if (findBase(lock, entry.reference, entry.platform) !== undefined) return lock;
  return { ...lock, bases: [...lock.bases, entry].sort(compareBases) };
}

/** The files of a requirement. */
export function findRequirement(lock: WherryLock, key: Pick<LockedRequirement, 'name' | 'version'>): LockedRequirement | undefined {
  return lock.requirements.find((entry) => compareRequirements(entry, key) === 0);
}

/** The lock with requirements more; known ones stay as they are. */
export function withRequirements(lock: WherryLock, found: readonly LockedRequirement[]): WherryLock {
  const added = found.filter((entry) => findRequirement(lock, entry) === undefined);
  return { ...lock, requirements: [...lock.requirements, ...added].sort(compareRequirements) };
}

export function compareRequirements(
  a: Pick<LockedRequirement, 'name' | 'version'>,
  b: Pick<LockedRequirement, 'name' | 'version'>,
): number {
  return compareText(a.name, b.name) || compareText(a.version, b.version);
}

/** The lock with sizes more; known sizes stay as they are. */
export function withSizes(lock: WherryLock, sizes: Readonly<Record<Digest, number>>): WherryLock {
  return { ...lock, sizes: { ...sizes, ...lock.sizes } };
}

/** The entry of a build. */
export function findBuild(lock: WherryLock, wanted: Pick<LockedBuild, 'name' | 'source' | 'python'>): LockedBuild | undefined {
  return lock.builds.find((entry) => compareBuilds(entry, wanted) === 0);
}

/** The lock with an entry more; it takes the place of one that can no longer be used. */
export function withBuild(lock: WherryLock, entry: LockedBuild): WherryLock {
  const others = lock.builds.filter((other) => compareBuilds(entry, other) !== 0);
  return { ...lock, builds: [...others, entry].sort(compareBuilds) };
}

export function compareBuilds(
  a: Pick<LockedBuild, 'name' | 'source' | 'python'>,
  b: Pick<LockedBuild, 'name' | 'source' | 'python'>,
): number {
  return compareText(a.name, b.name) || compareText(a.source, b.source) || compareText(a.python, b.python);
}

export function compareBases(a: LockedBase, b: LockedBase): number {
  return compareText(a.reference, b.reference) || compareText(platformName(a.platform), platformName(b.platform));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
