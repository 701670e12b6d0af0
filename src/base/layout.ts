import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type Digest, digestOf } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { layoutPath } from '../layout-path.ts';
import { type BlobName, type ImageReader, maxManifestSize, parseManifest, verify } from '../registry/index.ts';

/** Reads the image of an OCI image layout directory (image-spec image-layout.md). Errors: BASE_LAYOUT, REGISTRY_PROTOCOL for wrong bytes. */
export function layoutImage(directory: string): ImageReader {
  const manifest = async (digest: Digest): Promise<Uint8Array> => {
    const bytes = await readSmall(directory, layoutPath(digest));
    if (digestOf(bytes) !== digest) throw layoutError(directory, `${layoutPath(digest)} does not match its name`);
    return bytes;
  };
  return {
    name: `oci:${directory}`,
    top: async () => {
      const bytes = await readSmall(directory, 'index.json');
      const index = parseManifest(bytes, `oci:${directory}`);
      const only = index.kind === 'index' && index.manifests.length === 1 ? index.manifests[0] : undefined;
      // One image needs no platform in the index of the layout, so that index is passed over.
      return only === undefined ? { digest: digestOf(bytes), bytes } : { digest: only.digest, bytes: await manifest(only.digest) };
    },
    manifest: async ({ digest }) => await manifest(digest),
    open: async (blob) => await openLayoutBlob(directory, blob),
  };
}

/** Streams a blob of a layout, verified while it is read. Errors: BASE_LAYOUT if it is missing. */
export async function openLayoutBlob(directory: string, blob: BlobName): Promise<Readable> {
  const file = join(directory, layoutPath(blob.digest));
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) throw layoutError(directory, `it has no ${layoutPath(blob.digest)}`);
  return Readable.from(verify(createReadStream(file, { highWaterMark: 1 << 20 }), blob), { objectMode: false });
}

async function readSmall(directory: string, name: string): Promise<Uint8Array> {
  const file = join(directory, name);
  const found = await stat(file).catch(() => undefined);
  if (found === undefined || !found.isFile()) throw layoutError(directory, `it has no ${name}`);
  if (found.size > maxManifestSize) throw layoutError(directory, `${name} is larger than ${maxManifestSize} bytes`);
  return await readFile(file);
}

function layoutError(directory: string, why: string): ToolError {
  return new ToolError('BASE_LAYOUT', `cannot use oci:${directory} as a base: ${why}`, {
    hint: 'make the layout again, then take the new image with: wherry lock --update',
  });
}
