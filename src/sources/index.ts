/**
 * In: a layout, an archive, a registry, a daemon or the store. Out: the images in it as `Image` views whose blobs are checked while they are read.
 * Must not: write anywhere but into the store, or believe a file for its name.
 */
export { openArchive } from './archive.ts';
export { type ContentInput, contentOf, readContent } from './content.ts';
export { type DaemonPlace, type DaemonPlaceOptions, openDaemon } from './daemon.ts';
export { layerTar } from './layer.ts';
export { openLayout } from './layout.ts';
export { packLayers } from './packed.ts';
export { type ImagePlace, openEntry, openImage, type PlaceEntry, pickEntry } from './place.ts';
export { openReference } from './registry.ts';
export { inMemory } from './small.ts';
export { type LayersElsewhere, type RememberOptions, rememberImage, storeBlobs, storedPlace } from './stored.ts';
export { pickManifest, pickPlatform, readImage } from './tree.ts';
export { exactly, verified } from './verified.ts';
