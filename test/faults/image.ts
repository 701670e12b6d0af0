import { Readable } from 'node:stream';
import { digestOf } from '../../src/digest.ts';
import { type BlobUpload, mediaTypes } from '../../src/registry/index.ts';
import { encode } from '../images.ts';

/** Where the image lies, and where its base does. */
export const [app, base] = ['team/app', 'team/base'];

function bytesOf(name: string, size: number): Uint8Array {
  return Buffer.alloc(size, `bytes of ${name} `);
}

function described(bytes: Uint8Array, mediaType: string) {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

const config = bytesOf('the config', 900);
const ownLayer = bytesOf('the own layer', 300_000);
const baseLayer = bytesOf('the layer of the base', 120_000);

const manifest = encode({
  schemaVersion: 2,
  mediaType: mediaTypes.manifest,
  config: described(config, mediaTypes.config),
  layers: [baseLayer, ownLayer].map((layer) => described(layer, mediaTypes.layerGzip)),
});
const index = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [described(manifest, mediaTypes.manifest)] });

/** An index of one image with two layers; the first lies in the base's repository too. */
export const image = { config, ownLayer, baseLayer, blobs: [config, baseLayer, ownLayer], manifest, index };

/** What the tag stood for before. */
export const older = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] });

/** An attestation of the image. */
export const referrer = encode({
  schemaVersion: 2,
  mediaType: mediaTypes.manifest,
  artifactType: 'application/vnd.example.sbom',
  config: described(config, 'application/vnd.oci.empty.v1+json'),
  layers: [],
  subject: described(index, mediaTypes.index),
  annotations: { 'org.example.name': 'sbom' },
});

/** A blob as it is handed to the client. */
export function uploadOf(bytes: Uint8Array): BlobUpload {
  const pieces = Array.from({ length: Math.ceil(bytes.length / 50_000) }, (_, piece) =>
    bytes.subarray(piece * 50_000, (piece + 1) * 50_000),
  );
  return { blob: { digest: digestOf(bytes), size: bytes.length }, open: async () => Readable.from(pieces) };
}
