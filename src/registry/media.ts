/** Media types of OCI and their Docker ancestors (image-spec media-types.md; Docker image manifest v2, schema 2). */
export const mediaTypes = {
  index: 'application/vnd.oci.image.index.v1+json',
  manifest: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar',
  layerGzip: 'application/vnd.oci.image.layer.v1.tar+gzip',
  layerZstd: 'application/vnd.oci.image.layer.v1.tar+zstd',
  dockerList: 'application/vnd.docker.distribution.manifest.list.v2+json',
  dockerManifest: 'application/vnd.docker.distribution.manifest.v2+json',
} as const;

const toOci: Readonly<Record<string, string>> = {
  [mediaTypes.dockerList]: mediaTypes.index,
  [mediaTypes.dockerManifest]: mediaTypes.manifest,
  'application/vnd.docker.container.image.v1+json': mediaTypes.config,
  'application/vnd.docker.image.rootfs.diff.tar': mediaTypes.layer,
  'application/vnd.docker.image.rootfs.diff.tar.gzip': mediaTypes.layerGzip,
  'application/vnd.docker.image.rootfs.diff.tar.zstd': mediaTypes.layerZstd,
};

/** The OCI name of a media type; types without one, foreign layers among them, stay as they are. Parameters are cut off. */
export function ociMediaType(mediaType: string): string {
  const plain = (mediaType.split(';')[0] ?? '').trim().toLowerCase();
  return toOci[plain] ?? plain;
}

/** The `accept` header of manifest requests. */
export const manifestAccept = [mediaTypes.index, mediaTypes.manifest, mediaTypes.dockerList, mediaTypes.dockerManifest].join(', ');
