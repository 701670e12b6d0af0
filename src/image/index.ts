/**
 * In: an image plan and its layers, or exact manifest and config bytes. Out: immutable OCI views (`Image`, `ImageIndex`) and what is wrong with them.
 * Must not: read blobs, files or the network, or look at a clock.
 */
export type { AssembleInput } from './assemble.ts';
export { assembleImage, assembleIndex, describe, imagesOf, isIndex } from './assemble.ts';
export { checkImage } from './check.ts';
export type { ContainerConfig, HistoryEntry, ImageConfigFile } from './config.ts';
export {
  type Content,
  type ContentNode,
  type ContentReader,
  contentBlobs,
  isForeign,
  type Listed,
  listedIn,
  nodesOf,
} from './content.ts';
export {
  dockerLayerType,
  dockerMedia,
  isConfigType,
  isIndexType,
  isManifestType,
  layerCompression,
  ociLayerType,
  ociMedia,
  recipeAnnotation,
  rootsAnnotation,
} from './media.ts';
export type { ManifestFile, ParseInput } from './parse.ts';
export { parseConfig, parseImage, parseIndex, parseManifest, parseObject } from './parse.ts';
export { type LayerSplice, parseSplice, spliceAnnotation, spliceText } from './splice.ts';
export type { BlobSource, Descriptor, Image, ImageIndex, Layer } from './types.ts';
