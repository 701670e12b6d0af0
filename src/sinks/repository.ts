import type { Emit } from '../events.ts';
import { type Content, type ContentNode, contentBlobs, nodesOf } from '../image/index.ts';
import { parallel } from '../parallel.ts';
import type { BlobOutcome, Reference, RegistryWriter, Repository } from '../registry/index.ts';

/** Blobs, and manifests that do not list each other, on their way at the same time. */
const width = 4;

export interface RepositoryOptions {
  readonly registry: Pick<RegistryWriter, 'putBlob' | 'putManifest' | 'putReferrer'>;
  readonly emit: Emit;
  readonly signal: AbortSignal;
}

/** What came into a repository. */
export interface PushedContent {
  /** Blobs that were there already, that the registry took from another of its repositories, and whose bytes were sent. */
  readonly blobs: Readonly<Record<BlobOutcome['how'], number>>;
  /** Bytes of blobs. */
  readonly bytesSent: number;
}

/**
 * Puts a content into a repository as it is: blobs, then manifests before the indexes that list them, then what refers to them, the tag last
 * (distribution-spec, "Push"). Blobs are mounted where the content comes from the same registry, else streamed through. A reference without a
 * tag moves none. Throws the REGISTRY and NETWORK codes, and those of the content's blobs.
 */
export async function pushContent(content: Content, reference: Reference, options: RepositoryOptions): Promise<PushedContent> {
  const { registry, signal } = options;
  const outcomes = await putBlobs(content, reference, options);
  const nodes = nodesOf(content).filter((node) => node !== content.root);
  const [independent, dependent] = [nodes.filter(isIndependent), nodes.filter((node) => !isIndependent(node))];
  await parallel(independent, width, async (node) => await putNode(node, reference, registry));
  for (const node of dependent) await putNode(node, reference, registry);
  signal.throwIfAborted();
  if (content.root.subject !== undefined || reference.tag === undefined) await putNode(content.root, reference, registry);
  if (reference.tag !== undefined) await registry.putManifest({ ...reference, digest: undefined }, bytesOf(content.root));
  return sumOf(outcomes);
}

async function putBlobs(content: Content, repository: Repository, { registry, emit, signal }: RepositoryOptions): Promise<BlobOutcome[]> {
  const mountFrom = content.origin === undefined ? [] : [content.origin];
  return await parallel(contentBlobs(content), width, async (blob) => {
    signal.throwIfAborted();
    let done = 0;
    const onSent = (bytes: number): void => {
      done += bytes;
      emit({ type: 'progress', stage: 'sinks', item: blob.digest.slice(7, 19), done: Math.min(done, blob.size), total: blob.size });
    };
    return await registry.putBlob(repository, { blob, open: () => content.blobs.open(blob), mountFrom, onSent });
  });
}

/** Neither lists manifests nor is about one, so that its turn does not matter. */
function isIndependent({ children, subject }: ContentNode): boolean {
  return children.length === 0 && subject === undefined;
}

async function putNode(node: ContentNode, repository: Repository, registry: RepositoryOptions['registry']): Promise<void> {
  if (node.subject !== undefined) await registry.putReferrer(repository, bytesOf(node));
  else await registry.putManifest({ ...repository, tag: undefined, digest: node.descriptor.digest }, bytesOf(node));
}

function bytesOf({ descriptor: { mediaType }, bytes }: ContentNode): { readonly mediaType: string; readonly bytes: Uint8Array } {
  return { mediaType, bytes };
}

function sumOf(outcomes: readonly BlobOutcome[]): PushedContent {
  const count = (how: BlobOutcome['how']): number => outcomes.filter((outcome) => outcome.how === how).length;
  return {
    blobs: { present: count('present'), mounted: count('mounted'), uploaded: count('uploaded') },
    bytesSent: outcomes.reduce((sum, { bytesSent }) => sum + bytesSent, 0),
  };
}
