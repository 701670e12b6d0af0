import type { Digest } from '../digest.ts';
import {
  type BlobSource,
  type Content,
  type ContentNode,
  type ContentReader,
  type Descriptor,
  type Image,
  type ImageIndex,
  imagesOf,
  isIndex,
  listedIn,
  nodesOf,
} from '../image/index.ts';
import { parallel } from '../parallel.ts';
import { inMemory, invalidImage } from './small.ts';

/** Documents that are read at the same time. */
const width = 4;
/** More documents, or indexes inside of each other, than any tool writes. */
const mostDocuments = 1000;
const mostDepth = 4;

export interface ContentInput {
  readonly name: string;
  readonly descriptor: Descriptor;
  readonly reader: ContentReader;
  readonly origin?: Content['origin'];
  /** Also signatures, SBOMs and what else names a document of the content as its subject. */
  readonly referrers?: boolean;
  /** Only the document itself, for a place that has everything that it lists. */
  readonly shallow?: boolean;
}

/** Reads every document of an index or manifest, and none of its blobs. Throws IMAGE_INVALID and the errors of the reader. */
export async function readContent(input: ContentInput): Promise<Content> {
  const { name, descriptor, reader, origin, referrers = false } = input;
  const read = documentReader(input);
  const root = await read(descriptor);
  return { name, root, referrers: referrers ? await readReferrers(root, { reader, read }) : [], blobs: reader, ...(origin && { origin }) };
}

type ReadNode = (descriptor: Descriptor) => Promise<ContentNode>;

/** Reads trees of documents, each document once. */
function documentReader({ name, reader, shallow = false }: ContentInput): ReadNode {
  const known = new Map<Digest, Promise<ContentNode>>();
  const read = (descriptor: Descriptor, depth: number): Promise<ContentNode> => {
    const before = known.get(descriptor.digest);
    if (before !== undefined) return before;
    if (depth > mostDepth || known.size >= mostDocuments)
      return Promise.reject(invalidImage(name, 'it has too many manifests inside of each other'));
    const node = visit(descriptor, depth);
    known.set(descriptor.digest, node);
    return node;
  };
  const visit = async (descriptor: Descriptor, depth: number): Promise<ContentNode> => {
    const bytes = await reader.manifest(descriptor);
    if (bytes.length !== descriptor.size) throw invalidImage(name, `${descriptor.digest} has not the size that is announced`);
    const { mediaType, manifests, blobs, subject } = listedIn(bytes, descriptor, name);
    if (shallow) return { descriptor: { ...descriptor, mediaType }, bytes, children: [], blobs: [] };
    const children = await parallel(manifests, width, (child) => read(child, depth + 1));
    return { descriptor: { ...descriptor, mediaType }, bytes, children, blobs, ...(subject && { subject }) };
  };
  return (descriptor) => read(descriptor, 0);
}

/** What refers to the root, to what it lists, and to such referrers in turn (a signature of an SBOM). */
async function readReferrers(
  root: ContentNode,
  { reader, read }: { readonly reader: ContentReader; readonly read: ReadNode },
): Promise<readonly ContentNode[]> {
  const found = new Map<Digest, ContentNode>();
  let subjects = everyNode(root);
  while (subjects.length > 0 && reader.referrers !== undefined) {
    const ask = reader.referrers;
    const lists = await parallel(subjects, width, ({ descriptor }) => ask(descriptor.digest));
    const fresh = new Map(lists.flat().map((descriptor) => [descriptor.digest, descriptor]));
    const nodes = await parallel(
      [...fresh.values()].filter(({ digest }) => !found.has(digest)),
      width,
      read,
    );
    for (const node of nodes) found.set(node.descriptor.digest, node);
    subjects = nodes.flatMap(everyNode);
  }
  return [...found.values()];
}

function everyNode(root: ContentNode): readonly ContentNode[] {
  return nodesOf({ root, referrers: [] });
}

/** The content of an image that is known by its view: one that was just made, or that a daemon gave. */
export function contentOf(image: Image | ImageIndex): Content {
  const nodes = imagesOf(image).map(nodeOf);
  const [only] = nodes;
  const root = isIndex(image) || only === undefined ? indexNode(image as ImageIndex, nodes) : only;
  return { name: image.name, root, referrers: [], blobs: blobsOfViews(imagesOf(image)) };
}

function nodeOf({ descriptor, manifest, configDescriptor, layers }: Image): ContentNode {
  const listed = layers.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  return { descriptor, bytes: manifest, children: [], blobs: [configDescriptor, ...listed] };
}

function indexNode({ descriptor, index }: ImageIndex, children: readonly ContentNode[]): ContentNode {
  return { descriptor, bytes: index, children, blobs: [] };
}

/** Configurations lie in the views themselves; layers are opened where the first view that has them says. */
function blobsOfViews(images: readonly Image[]): BlobSource {
  const configs = new Map(images.map((image) => [image.configDescriptor.digest, image.config]));
  return {
    async open(blob) {
      const config = configs.get(blob.digest);
      if (config !== undefined) return inMemory(config);
      const owner = images.find(({ layers }) => layers.some(({ digest }) => digest === blob.digest));
      if (owner === undefined) throw invalidImage(images[0]?.name ?? '', `it has no blob ${blob.digest}`);
      return owner.blobs.open(blob);
    },
  };
}
