import { registryBlobSource } from '../base/index.ts';
import type { Context } from '../context.ts';
import { ToolError, type ToolErrorOptions } from '../errors/index.ts';
import type { Image, ImageIndex } from '../image/types.ts';
import { createRegistry, parseReference } from '../registry/index.ts';
import {
  type ImagePlace,
  openArchive,
  openDaemon,
  openEntry,
  openLayout,
  openReference,
  type PlaceEntry,
  pickEntry,
  storedPlace,
} from '../sources/index.ts';
import { type NamedImage, parseImageName } from './image-name.ts';

export interface OpenOptions {
  readonly ctx: Context;
  /** Where relative paths start. */
  readonly directory: string;
}

/** What a name stands for, before anything of it was read. */
export interface Opened {
  readonly place: ImagePlace;
  readonly entry: PlaceEntry;
  /** The repository that it belongs to as far as that is known, and its tag there. */
  readonly repository: string | undefined;
  readonly tag: string | undefined;
  /** Its layers may be plain tars, made when they were asked for. */
  readonly fromDaemon: boolean;
}

/** An image as users name one, as its view that knows how to run. Throws IMAGE_NOT_FOUND, IMAGE_INVALID and the REGISTRY codes. */
export async function openNamed(name: string, options: OpenOptions): Promise<Image | ImageIndex> {
  const { place, entry } = await openPlace(name, options);
  return await openEntry(place, entry);
}

/**
 * Finds what users name (DESIGN §8): `oci:DIR[:NAME]`, `tar:FILE[:NAME]`, `docker:REF`, `podman:REF`, an image that was built here, else a registry reference.
 * Throws IMAGE_NOT_FOUND, and the codes of registries and daemons.
 */
export async function openPlace(name: string, { ctx, directory }: OpenOptions): Promise<Opened> {
  const named = parseImageName(name, directory);
  if (named.kind === 'name') return (await openBuilt(name, ctx)) ?? (await openRemote(name, ctx));
  if ('reference' in named) return await openLoaded(named, ctx);
  const place = named.kind === 'oci' ? await openLayout(named.path) : await openArchive(named.path);
  const entry = pickEntry(place, named.inner);
  return { place, entry, ...splitNames(entry.names, named.inner), fromDaemon: false };
}

/** What the daemon gave lies in a file until the process ends. */
async function openLoaded({ kind, reference }: Extract<NamedImage, { reference: string }>, ctx: Context): Promise<Opened> {
  if (kind === 'containerd') {
    throw new ToolError('USAGE', 'images of containerd cannot be read', {
      hint: `export it first: ctr images export FILE ${reference}, then tar:FILE`,
    });
  }
  const place = await openDaemon(kind, reference, ctx);
  process.once('exit', place.remove);
  const entry = pickEntry(place);
  return { place, entry, ...splitNames(entry.names, undefined), fromDaemon: true };
}

/** Whole names come before tags, and name a repository too; what the user wrote decides between several. */
function splitNames(names: readonly string[], inner: string | undefined): Pick<Opened, 'repository' | 'tag'> {
  const fitting = names.filter((name) => inner === undefined || name === inner || name.endsWith(`:${inner}`));
  const [, repository, tag] = fitting.map((name) => /^(.+):([^:/]+)$/.exec(name)).find((match) => match !== null) ?? [];
  return { repository, tag: tag ?? fitting.find((name) => /^\w[\w.-]{0,127}$/.test(name)) };
}

async function openBuilt(name: string, ctx: Context): Promise<Opened | undefined> {
  const place = await storedPlace(ctx.store, name, (reference) => registryBlobSource({ reference }, ctx));
  return place && { place, entry: pickEntry(place), repository: name, tag: 'latest', fromDaemon: false };
}

async function openRemote(name: string, ctx: Context): Promise<Opened> {
  try {
    const reference = parseReference(name);
    const place = await openReference(reference, createRegistry(ctx, { mirrors: true }));
    const repository = `${reference.registry}/${reference.repository}`;
    return { place, entry: pickEntry(place), repository, tag: reference.tag, fromDaemon: false };
  } catch (error) {
    throw error instanceof ToolError && /^[a-z0-9._-]+$/.test(name) ? nowhere(name, error) : error;
  }
}

const nothingThere: readonly string[] = ['REGISTRY_NOT_FOUND', 'REGISTRY_AUTH', 'REGISTRY_DENIED', 'NETWORK_OFFLINE'];

/** A name that could be that of a build was looked for in two places. */
function nowhere(name: string, { code, message, details, hint, cause }: ToolError): ToolError {
  const found: ToolErrorOptions = { details: [...details, `no image named ${name} was built here either`], ...(hint && { hint }), cause };
  if (!nothingThere.includes(code)) return new ToolError(code, message, found);
  return new ToolError('IMAGE_NOT_FOUND', `no image named ${name}`, {
    details: ['it was not built here', `and in the registry: ${message}`],
    hint: 'build it first with wherry build, or name an image as HOST/NAME:TAG, oci:DIRECTORY or tar:FILE',
    cause,
  });
}
