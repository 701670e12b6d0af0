/**
 * In: the project's directory with its uv.lock. Out: `Lock`, and what in it no longer matches the project.
 * Must not: use the network, resolve versions, or choose files for a platform.
 */
export { checkLock } from './check.ts';
export { type FreshnessOptions, readSurroundings, requireFreshLock } from './fresh.ts';
export type { LocalTree, LocalTrees } from './local-trees.ts';
export { parseLock } from './parse.ts';
export { readLock } from './read.ts';
export { redact } from './redact.ts';
export type { Staleness, Surroundings } from './staleness.ts';
export type * from './types.ts';
