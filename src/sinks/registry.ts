import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import { type Image, type ImageIndex, imagesOf } from '../image/index.ts';
import type { RegistryWriter } from '../registry/types.ts';
import {
  type HoldersOf,
  noteHolder,
  type OpenRepository,
  type PushTarget,
  previousImages,
  readHolders,
  targetName,
  targetsOf,
} from '../remote/index.ts';
import type { PutOptions, PutResult, SentLayers, Sink } from './types.ts';
import { distinctLayers, Transfer, uploadImage } from './upload.ts';

export interface RegistrySinkOptions {
  readonly registry: Pick<RegistryWriter, 'putBlob' | 'putManifest'>;
  /** Repositories as this run has looked at them so far. */
  readonly open: OpenRepository;
  readonly ctx: Pick<Context, 'store' | 'emit'>;
  /** Layers that this run made, so that no registry has them yet. */
  readonly made: ReadonlySet<Digest>;
  /** Other repositories that hold layers of the image, that of its base among them. */
  readonly holders: HoldersOf;
}

/**
 * Pushes to the repositories of the references (distribution-spec, "Push"). If every tag names the image already, nothing but one HEAD per tag
 * is sent. Else what the previous image lists is taken to be there and the rest is sent; if the registry then misses something, everything is
 * asked for. Order: layers, configurations, manifests of an index, tags, the main tag last. Throws the REGISTRY and NETWORK codes,
 * PUSH_NO_REPOSITORY, REFERENCE_INVALID.
 */
export function registrySink(options: RegistrySinkOptions): Sink {
  return { name: 'registry', put: (image, put) => putImage(image, put, options) };
}

async function putImage(image: Image | ImageIndex, { references, signal }: PutOptions, options: RegistrySinkOptions): Promise<PutResult> {
  const targets = targetsOf(references, options.open);
  const [main] = targets;
  if (main === undefined) throw new RangeError('an image is pushed under one reference at least');
  const layers: SentLayers = { reused: 0, mounted: 0, sent: 0 };
  const result = { location: `${targetName(main)}@${image.descriptor.digest}`, bytesWritten: 0, layers };
  for (const target of targets.toReversed()) {
    signal.throwIfAborted();
    const transfer = await putTarget(image, target, options);
    result.bytesWritten += transfer.bytesSent;
    result.layers = sum(result.layers, transfer.layers(image));
  }
  return result;
}

async function putTarget(image: Image | ImageIndex, target: PushTarget, options: RegistrySinkOptions): Promise<Transfer> {
  const transfer = new Transfer();
  const tags = await staleTags(image, target);
  if (tags.length > 0) await transferTo({ ...target, tags }, { image, transfer, options });
  const digests = distinctLayers(image).map(({ digest }) => digest);
  await noteHolder(options.ctx.store, target.remote.repository, digests);
  return transfer;
}

interface Work {
  readonly image: Image | ImageIndex;
  readonly transfer: Transfer;
  readonly options: RegistrySinkOptions;
}

async function transferTo(target: PushTarget, { image, transfer, options }: Work): Promise<void> {
  const holders = await allHolders(target, options);
  const made = new Set([...options.made, ...imagesOf(image).map(({ configDescriptor }) => configDescriptor.digest)]);
  const means = { ...options, target, transfer, holders, made };
  await readPrevious(image, target);
  await uploadImage(image, { ...means, present: target.remote.listed }).catch(async (error: unknown) => {
    if (!(error instanceof ToolError) || error.code !== 'REGISTRY_BLOB_UNKNOWN') throw error;
    options.ctx.emit({ type: 'note', message: `${targetName(target)} has lost a part of its previous image; asking for each blob` });
    await uploadImage(image, { ...means, present: new Set(), made: new Set() });
  });
}

/** Tags that do not name the image yet. */
async function staleTags(image: Image | ImageIndex, { remote, tags }: PushTarget): Promise<string[]> {
  const heads = await Promise.all(tags.map((tag) => remote.head(tag)));
  return tags.filter((_, position) => heads[position]?.digest !== image.descriptor.digest);
}

/** Learns what the target's repository holds from the newest image of each platform. */
async function readPrevious(image: Image | ImageIndex, target: PushTarget): Promise<void> {
  for (const { platform } of imagesOf(image)) await previousImages(target, platform).next();
}

async function allHolders({ remote }: PushTarget, { holders, ctx }: RegistrySinkOptions): Promise<HoldersOf> {
  const noted = await readHolders(ctx.store, remote.repository.registry);
  return (digest) => [...holders(digest), ...noted(digest)];
}

function sum(a: SentLayers, b: SentLayers): SentLayers {
  return { reused: a.reused + b.reused, mounted: a.mounted + b.mounted, sent: a.sent + b.sent };
}
