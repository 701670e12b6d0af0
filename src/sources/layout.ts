import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { type BlobSource, type ContentReader, type Descriptor, isManifestType, listedIn, parseIndex } from '../image/index.ts';
import { layoutPath } from '../layout-path.ts';
import type { ImagePlace } from './place.ts';
import { blobReader } from './small.ts';
import { verified } from './verified.ts';

/** What an OCI layout lists (image-spec, image-layout.md). Throws IMAGE_NOT_FOUND and IMAGE_INVALID. */
export async function openLayout(directory: string): Promise<ImagePlace> {
  const index = await readFile(join(directory, 'index.json')).catch((cause: unknown) => {
    throw new ToolError('IMAGE_NOT_FOUND', `no image layout in ${directory}`, { hint: 'make one: wherry build --oci DIR', cause });
  });
  return indexPlace(index, `oci:${directory}`, layoutBlobs(directory));
}

/** What the text of an `index.json` lists; one digest under several names is one entry. */
export function indexPlace(index: Uint8Array, name: string, blobs: BlobSource): ImagePlace {
  const listed = parseIndex(index, name);
  const entries = [...Map.groupBy(listed, (entry) => entry.digest).values()].map((same) => ({
    names: [...new Set(same.flatMap(namesOf))],
    descriptor: same[0] as Descriptor,
  }));
  const reader = blobReader(blobs, name);
  let subjects: Promise<Map<Digest | undefined, Descriptor[]>> | undefined;
  const referrers = async (digest: Digest): Promise<readonly Descriptor[]> => {
    subjects ??= bySubject(listed, reader);
    return (await subjects).get(digest) ?? [];
  };
  return { name, entries, reader: { ...reader, referrers } };
}

/** Layouts have no list of referrers: they are those of the listed manifests that have a subject. */
async function bySubject(listed: readonly Descriptor[], reader: ContentReader): Promise<Map<Digest | undefined, Descriptor[]>> {
  const manifests = listed.filter(({ mediaType }) => isManifestType(mediaType));
  const subjects = new Map<Digest, Digest | undefined>();
  for (const descriptor of manifests) {
    subjects.set(descriptor.digest, listedIn(await reader.manifest(descriptor), descriptor, descriptor.digest).subject);
  }
  return Map.groupBy(manifests, ({ digest }) => subjects.get(digest));
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
