import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { type BlobSource, type Descriptor, parseIndex } from '../image/index.ts';
import { layoutPath } from '../layout-path.ts';
import { type OpenedImage, readImage } from './tree.ts';
import { verified } from './verified.ts';

/** Every image that an OCI layout lists (image-spec, image-layout.md). Throws IMAGE_NOT_FOUND and IMAGE_INVALID. */
export async function openLayout(directory: string): Promise<readonly OpenedImage[]> {
  const index = await readFile(join(directory, 'index.json')).catch((cause: unknown) => {
    throw new ToolError('IMAGE_NOT_FOUND', `no image layout in ${directory}`, { hint: 'make one: wherry build --oci DIR', cause });
  });
  return openIndex(index, `oci:${directory}`, layoutBlobs(directory));
}

/** The images that the text of an `index.json` lists; one digest under several names is one image. */
export async function openIndex(index: Uint8Array, place: string, blobs: BlobSource): Promise<readonly OpenedImage[]> {
  const byDigest = Map.groupBy(parseIndex(index, place), (entry) => entry.digest);
  const opened: OpenedImage[] = [];
  for (const entries of byDigest.values()) {
    const names = [...new Set(entries.flatMap(namesOf))];
    const [descriptor] = entries;
    if (descriptor !== undefined) opened.push({ names, image: await readImage({ name: names[0] ?? place, descriptor, blobs }) });
  }
  return opened;
}

function namesOf({ annotations }: Descriptor): string[] {
  const names = [annotations?.['io.containerd.image.name'], annotations?.['org.opencontainers.image.ref.name']];
  return names.filter((name) => name !== undefined);
}

function layoutBlobs(directory: string): BlobSource {
  return {
    async open(blob) {
      const path = join(directory, layoutPath(blob.digest));
      const found = await stat(path).catch(() => undefined);
      if (found?.isFile() !== true)
        throw new ToolError('IMAGE_INVALID', `the blob ${blob.digest} is not in oci:${directory}`, {
          hint: 'make or copy the image again',
        });
      return verified(createReadStream(path), blob);
    },
  };
}
