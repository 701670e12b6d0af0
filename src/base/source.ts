import { resolve } from 'node:path';
import { ToolError } from '../errors/index.ts';
import type { BlobSource } from '../image/types.ts';
import type { Platform } from '../platform.ts';
import { createRegistry, type ImageReader, parseReference, type RegistryContext, readImage, registryImage } from '../registry/index.ts';
import type { BaseFacts, RegistryBase } from './facts.ts';
import { layoutImage, openLayoutBlob } from './layout.ts';
import { readBaseFacts } from './read.ts';

/** Bases are only read, so that mirrors may answer. */
const reading = { mirrors: true } as const;

/** A base as it is named in the configuration; `oci:` paths are relative to `root`. */
export interface NamedBase {
  readonly reference: string;
  readonly root: string;
}

/**
 * Reads the facts of an image base, `oci:PATH` or a registry reference, from where it lies. With `digest` that very image is read, whatever
 * the tag means by now. Errors: REFERENCE_INVALID, CONFIG_NOT_YET, BASE_*, REGISTRY_*, NETWORK_*.
 */
export async function readImageBase(
  base: NamedBase & { readonly platform: Platform; readonly digest?: RegistryBase['digest'] },
  ctx: RegistryContext,
): Promise<BaseFacts> {
  const { reference, platform } = base;
  const reader = readerOf(base, ctx);
  ctx.emit({ type: 'note', message: `reading the base ${reference} once; its facts go into wherry.lock` });
  const image = await readImage(reader, platform);
  return await readBaseFacts({ reference, platform, image, open: async (layer) => await reader.open(layer) });
}

/** The digest that a base's name stands for at this moment: one small request. */
export async function currentDigest(base: NamedBase, ctx: RegistryContext): Promise<RegistryBase['digest'] | undefined> {
  if (isLayout(base.reference)) return (await readerOf(base, ctx).top()).digest;
  return (await createRegistry(ctx, reading).headManifest(parseReference(base.reference)))?.digest;
}

/**
 * Opens the layers of a base for sinks: streamed through with a digest check, never stored. No request is sent before a layer is opened.
 * `root` is where `oci:` paths start. Errors of `open`: REGISTRY_*, NETWORK_*, BASE_LAYOUT.
 */
export function registryBlobSource(base: Pick<RegistryBase, 'reference'>, ctx: RegistryContext, root = '.'): BlobSource {
  if (isLayout(base.reference)) {
    const directory = layoutDirectory({ reference: base.reference, root });
    return { open: async (blob) => await openLayoutBlob(directory, blob) };
  }
  const registry = createRegistry(ctx, reading);
  const repository = parseReference(base.reference);
  return { open: async (blob) => await registry.openBlob(repository, blob) };
}

function readerOf(base: NamedBase & { readonly digest?: RegistryBase['digest'] }, ctx: RegistryContext): ImageReader {
  if (isLayout(base.reference)) return layoutImage(layoutDirectory(base));
  if (base.reference.startsWith('tar:') || base.reference.startsWith('image:')) {
    throw new ToolError('CONFIG_NOT_YET', `base = "${base.reference}" is not built yet`, {
      hint: 'use a registry image, oci:PATH or debian:13',
    });
  }
  const reference = parseReference(base.reference);
  return registryImage(createRegistry(ctx, reading), base.digest === undefined ? reference : { ...reference, digest: base.digest });
}

function isLayout(reference: string): boolean {
  return reference.startsWith('oci:');
}

function layoutDirectory({ reference, root }: NamedBase): string {
  return resolve(root, reference.slice('oci:'.length));
}
