/**
 * In: the environment that says where a container daemon is. Out: what Docker, Podman and containerd have, and ways to load into and save from them.
 * Must not: know how an image is made, decide what is sent, or touch an image or container that it did not make.
 */
export { type Containerd, containerd } from './containerd.ts';
export { dockerEndpoint } from './endpoint.ts';
export { openEngine } from './open.ts';
export type { Engine, EngineFacts, EngineImage, EngineKind, EngineOptions, SavedImage, TagName } from './types.ts';
