/**
 * In: the project's directory with its uv.lock. Out: `Lock`, and what in it no longer matches the project.
 * Must not: use the network, resolve versions, or choose files for a platform.
 */
export { parseLock } from './parse.ts';
export { redact } from './redact.ts';
export type * from './types.ts';
