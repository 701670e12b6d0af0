import type { BaseFacts, DebianBase } from '../base/facts.ts';
import type { Digest } from '../digest.ts';
import { type Platform, platformName } from '../platform.ts';

/** wherry.lock (DESIGN §7): the memo of everything that only the network knows. An immutable value. */
export interface WherryLock {
  /** Sorted by reference, then platform; one per pair. */
  readonly bases: readonly LockedBase[];
  /** Bytes of wheels whose size uv.lock lacks, by SHA-256. */
  readonly sizes: Readonly<Record<Digest, number>>;
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

/** The format that is read and written. */
export const wherryLockVersion = 1;

export const emptyWherryLock: WherryLock = { bases: [], sizes: {} };

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

/** The lock with sizes more; known sizes stay as they are. */
export function withSizes(lock: WherryLock, sizes: Readonly<Record<Digest, number>>): WherryLock {
  return { ...lock, sizes: { ...sizes, ...lock.sizes } };
}

export function compareBases(a: LockedBase, b: LockedBase): number {
  return compareText(a.reference, b.reference) || compareText(platformName(a.platform), platformName(b.platform));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
