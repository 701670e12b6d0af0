/**
 * In: an image and what `wherry run` was asked for. Out: a running container by Docker, Podman or unshare, and its exit status.
 * Must not: write to the store, keep anything afterwards but the image that an engine loaded, or put a variable's value into an argument.
 */
export { parsePort, parseVolume } from './arguments.ts';
export { engineWorks } from './probe.ts';
export { runImage } from './run.ts';
export type { PortMapping, RunOptions, Runtime, Stdio, Volume, WritableDirectory } from './types.ts';
