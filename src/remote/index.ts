/**
 * In: references that an image shall be pushed to. Out: what their registry holds already: tags, images, and layers that need not be made.
 * Must not: send more than is asked for, or let what a registry says into the store's records of layers.
 */
export { type HoldersOf, noteHolder, readHolders } from './holders.ts';
export { findLayers, type LayerQuestion, type RemoteLayers } from './layers.ts';
export { type PreviousImage, previousImages } from './previous.ts';
export { type OpenRepository, type RemoteRepository, remoteRepositories } from './repository.ts';
export { type PushTarget, targetName, targetsOf } from './target.ts';
