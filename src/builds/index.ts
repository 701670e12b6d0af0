/**
 * In: selected packages that have no wheel, and wherry.lock. Out: how each is built, and, when a layer needs it, its wheel in the store.
 * Must not: run package code itself (`backend` does), choose again what wherry.lock names, or take a file that has no known digest.
 */
export { type Builder, openBuilder } from './build.ts';
export type { PlannedBuild } from './job.ts';
export { localMembers } from './locals.ts';
export { builtMetadata } from './metadata.ts';
export { type BuildsInput, type PlannedBuilds, resolveBuilds } from './resolve.ts';
export { type BuildSettings, readBuildSettings } from './settings.ts';
