/**
 * In: the project's directory with its uv.lock, pylock.toml or requirements. Out: `Lock`, and what in it no longer matches the project.
 * Must not: use the network, resolve versions, or choose files for a platform.
 */
export { checkLock } from './check.ts';
export type { ComputedMetadata, ComputedTrees } from './computed.ts';
export { findLock, type LockFiles } from './find.ts';
export { type FreshnessOptions, readSurroundings, requireFreshLock } from './fresh.ts';
export { lockOfPins } from './list-lock.ts';
export { type LoadLockOptions, loadLock, type ReadLock, readLockFiles } from './load.ts';
export type { LocalTree, LocalTrees } from './local-trees.ts';
export { parseLock } from './parse.ts';
export type { Pin, PinnedLock } from './pinned.ts';
export { readLock } from './read.ts';
export { redact } from './redact.ts';
export type { RequirementPin } from './requirements/pinned.ts';
export type { RequirementsLock } from './requirements-lock.ts';
export type { Staleness, Surroundings } from './staleness.ts';
export type * from './types.ts';
