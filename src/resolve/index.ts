/**
 * In: an image's configuration, its project, wherry.lock. Out: the `Target`, and the lock with what was looked up for it.
 * Must not: use the network for anything that wherry.lock has, change an entry that exists, or trust one before it is checked.
 */
export { debianPython, defaultBase, parseDebianName } from './base-name.ts';
export { describeChanges } from './changes.ts';
export { type CheckOptions, checkWherryLock, findingLine, type LockFinding } from './check.ts';
export { parseWherryLock, readWherryLock, sameWherryLock, writeWherryLock } from './lock-file.ts';
export { formatWherryLock } from './lock-format.ts';
export { type PinsOptions, resolvePins } from './pins.ts';
export { choosePython, defaultMinor, supportedMinors } from './python.ts';
export { factsOf, incomplete, type ResolveOptions, resolveTarget } from './resolve.ts';
export { type ResolvedSizes, resolveSizes, type SizesOptions } from './sizes.ts';
export type { Target } from './target.ts';
export {
  emptyWherryLock,
  findBase,
  findBuild,
  type LockedBase,
  type LockedBuild,
  type LockedTool,
  type LockMode,
  type WherryLock,
  withBuild,
} from './wherry-lock.ts';
