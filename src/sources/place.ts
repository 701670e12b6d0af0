import { ToolError } from '../errors/index.ts';
import type { Content, ContentReader, Descriptor, Image, ImageIndex } from '../image/index.ts';
import { readImage } from './tree.ts';

/** A layout, an archive, a repository or the store: what it offers, and how that is read. Nothing but the list has been read. */
export interface ImagePlace {
  /** For messages: `oci:out`. */
  readonly name: string;
  readonly entries: readonly PlaceEntry[];
  readonly reader: ContentReader;
  readonly origin?: Content['origin'];
}

/** One thing that a place offers: an image, an index, an artifact. */
export interface PlaceEntry {
  /** Names and tags that lead to it, the whole names first; may be empty. */
  readonly names: readonly string[];
  readonly descriptor: Descriptor;
}

/** The entry that goes by a name or tag; without a name the only image there is. Throws IMAGE_NOT_FOUND. */
export function pickEntry({ name: place, entries }: Pick<ImagePlace, 'name' | 'entries'>, name?: string): PlaceEntry {
  const found = name === undefined ? likely(entries) : entries.filter(({ names }) => names.includes(name));
  const digests = new Set(found.map(({ descriptor }) => descriptor.digest));
  const [first] = found;
  if (first !== undefined && digests.size === 1) return first;
  const known = entries.flatMap(({ names }) => names);
  throw new ToolError(
    'IMAGE_NOT_FOUND',
    `${place} holds ${found.length === 0 ? 'no such image' : 'several images'}${name === undefined ? '' : `: ${name}`}`,
    {
      details: known.length === 0 ? [] : [`it has: ${known.join(', ')}`],
      ...(found.length > 1 && { hint: 'name one of them' }),
    },
  );
}

/** Signatures and SBOMs lie beside their image without a name. */
function likely(entries: readonly PlaceEntry[]): readonly PlaceEntry[] {
  const named = entries.filter(({ names }) => names.length > 0);
  if (named.length > 0) return named;
  const images = entries.filter(({ descriptor }) => descriptor.artifactType === undefined);
  return images.length > 0 ? images : entries;
}

/** The view of one entry that knows how to run: linux on amd64 and arm64. Throws IMAGE_INVALID. */
export async function openEntry({ name, reader }: ImagePlace, { names, descriptor }: PlaceEntry): Promise<Image | ImageIndex> {
  return await readImage({ name: names[0] ?? name, descriptor, reader });
}

/** The image that goes by a name or tag, as `pickEntry` and `openEntry` find it. */
export async function openImage(place: ImagePlace, name?: string): Promise<Image | ImageIndex> {
  return await openEntry(place, pickEntry(place, name));
}
