/**
 * In: a layout, an archive or the store. Out: the images in it as `Image` views whose blobs are checked while they are read.
 * Must not: write (but for the store's own names), or believe a file for its name.
 */
export { openArchive } from './archive.ts';
export { layerTar } from './layer.ts';
export { openLayout } from './layout.ts';
export { type RememberOptions, recallImage, rememberImage, storeBlobs } from './stored.ts';
export { type OpenedImage, pickNamed, pickPlatform, readImage } from './tree.ts';
export { exactly, verified } from './verified.ts';
