/**
 * In: a project, and the environment. Out: what uv is configured with there, file by file and as one table, and what an `exclude-newer` means.
 * Must not: judge values, write, or let anything but the root's pyproject.toml give a key that uv reads from nowhere else.
 */
export { type Cutoff, cutoffTime, parseCutoff } from './exclude-newer.ts';
export { mergedSettings } from './merge.ts';
export { readUvSettings, type SettingsFile, type UvSettings } from './read.ts';
