/** OCI media types (image-spec, media-types.md). */
export const ociMedia = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layerTar: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
} as const;

/** Docker's media types (distribution, manifest-v2-2.md), used by `format = "docker"`. */
export const dockerMedia = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layerTar: 'application/vnd.docker.image.rootfs.diff.tar',
  layerGzip: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

/** Annotation of a layer descriptor: the recipe that the layer was made from. */
export const recipeAnnotation = 'dev.wherry.recipe';

/** Annotation of a layer descriptor with wheels: the paths below which all their files lie (`rootsText`). */
export const rootsAnnotation = 'dev.wherry.roots';

const indexTypes: ReadonlySet<string> = new Set([ociMedia.index, dockerMedia.index]);
const manifestTypes: ReadonlySet<string> = new Set([ociMedia.manifest, dockerMedia.manifest]);

/** Whether the media type names an index (or Docker's manifest list). */
export function isIndexType(mediaType: string): boolean {
  return indexTypes.has(mediaType);
}

/** Whether the media type names a single-platform manifest. */
export function isManifestType(mediaType: string): boolean {
  return manifestTypes.has(mediaType);
}

/** Whether the media type names the configuration of an image, and not what an artifact puts in its place. */
export function isConfigType(mediaType: string): boolean {
  return mediaType === ociMedia.config || mediaType === dockerMedia.config;
}

/** Whether the media type is one of layers that may not be distributed: OCI's `nondistributable`, Docker's `foreign`. */
export function isForeignType(mediaType: string): boolean {
  return /\.layer\.nondistributable\.|\.rootfs\.foreign\./.test(mediaType);
}

/** How a layer's tar is stored; undefined for a media type that nothing here can read. */
export function layerCompression(mediaType: string): 'none' | 'gzip' | 'zstd' | undefined {
  if (/[.+]gzip$/.test(mediaType)) return 'gzip';
  if (mediaType.endsWith('+zstd')) return 'zstd';
  return mediaType.endsWith('.tar') ? 'none' : undefined;
}

/** OCI's name of a layer media type; Docker's foreign layers and unknown types stay as they are. */
export function ociLayerType(mediaType: string): string {
  if (mediaType === dockerMedia.layerGzip) return ociMedia.layerGzip;
  return mediaType === dockerMedia.layerTar ? ociMedia.layerTar : mediaType;
}

/** Docker's name of a layer media type; undefined where Docker's manifest format has none (zstd). */
export function dockerLayerType(mediaType: string): string | undefined {
  const oci = ociLayerType(mediaType);
  if (oci === ociMedia.layerGzip) return dockerMedia.layerGzip;
  return oci === ociMedia.layerTar ? dockerMedia.layerTar : undefined;
}
