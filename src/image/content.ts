import { type Digest, isDigest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { isForeignType, isIndexType, isManifestType } from './media.ts';
import { parseIndex, parseManifest, parseObject } from './parse.ts';
import type { BlobSource, Descriptor } from './types.ts';

/**
 * Anything that a tag can stand for, with every byte of its documents: an index with all its platforms, attestations and artifacts, or one
 * manifest. `Image` and `ImageIndex` are views of it that know how to run.
 */
export interface Content {
  /** For messages. */
  readonly name: string;
  readonly root: ContentNode;
  /** Signatures, SBOMs and other manifests whose `subject` is in the content; each after its subject. Empty unless they were asked for. */
  readonly referrers: readonly ContentNode[];
  /** Opens every blob that a node lists. */
  readonly blobs: BlobSource;
  /** Repository that the blobs lie in, so that they can be mounted elsewhere on the same registry. */
  readonly origin?: { readonly registry: string; readonly repository: string };
}

/** A manifest or an index: its exact bytes, and what it lists. */
export interface ContentNode {
  /** With the media type that the bytes themselves name. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
  /** The manifests and indexes of an index. */
  readonly children: readonly ContentNode[];
  /** The config and layers of a manifest, and what an index lists beside manifests. */
  readonly blobs: readonly Descriptor[];
  /** The manifest that this one is about (a signature, an SBOM). */
  readonly subject?: Digest;
}

/** Where a content's documents and blobs are read. Everything is checked against its digest. */
export interface ContentReader extends BlobSource {
  /** Exact bytes of a manifest or an index. */
  manifest(descriptor: Descriptor): Promise<Uint8Array>;
  /** Manifests whose `subject` is the digest; absent where that cannot be asked. */
  referrers?(digest: Digest): Promise<readonly Descriptor[]>;
}

/** What a document lists. */
export interface Listed {
  /** As the document names itself; registries and layouts may call it otherwise. */
  readonly mediaType: string;
  readonly manifests: readonly Descriptor[];
  /** Without foreign layers: they stay at their `urls` and are not to be copied (image-spec, layer.md, "Non-Distributable Layers"). */
  readonly blobs: readonly Descriptor[];
  readonly subject?: Digest;
}

/**
 * Reads what a manifest or an index lists, whatever its media type means to run it. Throws IMAGE_INVALID, also for a document that could be
 * read as either (CVE-2021-41190).
 */
export function listedIn(bytes: Uint8Array, { mediaType: announced }: Pick<Descriptor, 'mediaType'>, name: string): Listed {
  const value = parseObject(bytes, name);
  const mediaType = typeof value.mediaType === 'string' ? value.mediaType : announced;
  if (isIndexType(mediaType) !== isIndexType(announced) || ('manifests' in value && 'layers' in value)) {
    throw new ToolError('IMAGE_INVALID', `cannot read ${name}: a document is called a manifest and an index`, {
      hint: 'make the image again with another tool',
    });
  }
  if (!isIndexType(mediaType)) {
    const { config, layers } = parseManifest(bytes, name);
    return { mediaType, manifests: [], blobs: [config, ...layers].filter((blob) => !isForeign(blob)), ...subjectIn(value) };
  }
  const entries = parseIndex(bytes, name);
  const manifests = entries.filter(isDocument);
  return { mediaType, manifests, blobs: entries.filter((entry) => !isDocument(entry)), ...subjectIn(value) };
}

/** Every document of a content once, in the order in which a registry takes them: what is listed before what lists it, the root last. */
export function nodesOf({ root, referrers }: Pick<Content, 'root' | 'referrers'>): readonly ContentNode[] {
  const found = new Map<Digest, ContentNode>();
  const add = (node: ContentNode): void => {
    if (found.has(node.descriptor.digest)) return;
    for (const child of node.children) add(child);
    found.set(node.descriptor.digest, node);
  };
  for (const child of root.children) add(child);
  for (const referrer of referrers) add(referrer);
  found.delete(root.descriptor.digest);
  return [...found.values(), root];
}

/** Every blob of a content once. */
export function contentBlobs(content: Pick<Content, 'root' | 'referrers'>): readonly Descriptor[] {
  const blobs = nodesOf(content).flatMap((node) => node.blobs);
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

/** Whether a layer is one that may not be handed on, and that others fetch from where it says. */
export function isForeign({ mediaType, urls }: Descriptor): boolean {
  return isForeignType(mediaType) && Array.isArray(urls) && urls.length > 0;
}

function subjectIn({ subject }: Readonly<Record<string, unknown>>): Pick<Listed, 'subject'> {
  const { digest } = (subject ?? {}) as { readonly digest?: unknown };
  return typeof digest === 'string' && isDigest(digest) ? { subject: digest } : {};
}

function isDocument({ mediaType }: Descriptor): boolean {
  return isIndexType(mediaType) || isManifestType(mediaType);
}
