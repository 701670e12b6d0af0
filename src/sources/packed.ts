import type { Context } from '../context.ts';
import { counted } from '../count.ts';
import { asDigest, type Digest } from '../digest.ts';
import { GzipWriter } from '../gzip/index.ts';
import {
  type ContentReader,
  type Descriptor,
  describe,
  isManifestType,
  layerCompression,
  ociLayerType,
  ociMedia,
  parseManifest,
} from '../image/index.ts';
import { canonicalJson } from '../json.ts';
import type { Store } from '../store/index.ts';
import type { ImagePlace } from './place.ts';

/**
 * An image out of a daemon that keeps layers unpacked, with gzip layers instead of plain tars: same configuration, same DiffIDs, a manifest of our
 * own. Equal layers give equal bytes on every machine. They are kept in the store, so that the next time nothing is compressed. What is compressed
 * already, or an index, stays as it is. Throws the errors of the reader and STORE_*.
 */
export async function packLayers(
  place: ImagePlace,
  descriptor: Descriptor,
  { store, emit }: Pick<Context, 'store' | 'emit'>,
): Promise<{ readonly place: ImagePlace; readonly descriptor: Descriptor }> {
  if (!isManifestType(descriptor.mediaType)) return { place, descriptor };
  const { config, layers } = parseManifest(await place.reader.manifest(descriptor), place.name);
  const plain = layers.filter(isPlain);
  if (plain.length === 0) return { place, descriptor };
  emit({
    type: 'note',
    message: `compressing ${counted(plain.length, 'layer')} of ${place.name}, which ${plain.length === 1 ? 'is' : 'are'} not compressed`,
  });
  const packed = new Map<Digest, Descriptor>();
  for (const layer of plain) packed.set(layer.digest, await packLayer(layer, place.reader, store));
  const value = {
    schemaVersion: 2,
    mediaType: ociMedia.manifest,
    config: { ...config, mediaType: ociMedia.config },
    layers: layers.map((layer) => packed.get(layer.digest) ?? { ...layer, mediaType: ociLayerType(layer.mediaType) }),
  };
  const bytes = Buffer.from(canonicalJson(value));
  const made = { ...descriptor, ...describe(ociMedia.manifest, bytes) };
  const blobs = new Set([...packed.values()].map(({ digest }) => digest));
  const reader: ContentReader = {
    manifest: async (wanted) => (wanted.digest === made.digest ? bytes : await place.reader.manifest(wanted)),
    open: async (blob) => await (blobs.has(blob.digest) ? store.open(blob.digest) : place.reader.open(blob)),
  };
  return { place: { ...place, reader }, descriptor: made };
}

function isPlain({ mediaType }: Descriptor): boolean {
  return layerCompression(mediaType) === 'none';
}

async function packLayer(layer: Descriptor, reader: ContentReader, store: Store): Promise<Descriptor> {
  const known = await recall(layer.digest, store);
  if (known !== undefined) return known;
  const writer = await store.writer();
  try {
    const chunks: Uint8Array[] = [];
    const gzip = new GzipWriter((chunk) => void chunks.push(Uint8Array.from(chunk)));
    const flush = async (): Promise<void> => {
      for (const chunk of chunks.splice(0)) await writer.write(chunk);
    };
    for await (const bytes of await reader.open(layer)) {
      gzip.plain(bytes);
      await flush();
    }
    gzip.end();
    await flush();
  } catch (error) {
    await writer.abort();
    throw error;
  }
  const { digest, size } = await writer.commit();
  await store.putDocument('packed', layer.digest, { version: 1, digest, size });
  return { mediaType: ociMedia.layerGzip, digest, size };
}

/** The gzip of a layer that was compressed here before, by its DiffID (document kind `packed`). */
async function recall(diffId: Digest, store: Store): Promise<Descriptor | undefined> {
  const { version, digest } = ((await store.document('packed', diffId)) ?? {}) as { readonly version?: number; readonly digest?: string };
  if (version !== 1 || digest === undefined) return undefined;
  const size = await store.has(asDigest(digest));
  return size === undefined ? undefined : { mediaType: ociMedia.layerGzip, digest: asDigest(digest), size };
}
