import type { Context } from '../context.ts';
import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Content, Descriptor } from '../image/index.ts';
import { createRegistry, defaultRegistry, formatReference, parseReference, type Reference, type Registry } from '../registry/index.ts';
import {
  archiveSink,
  type ContentSink,
  containerdSink,
  daemonSink,
  imageName,
  type LayoutName,
  layoutSink,
  type PushedContent,
  pushContent,
} from '../sinks/index.ts';
import { type ContentInput, openEntry, readContent } from '../sources/index.ts';
import { type NamedImage, parseImageName } from './image-name.ts';
import type { Opened, OpenOptions } from './open-image.ts';
import { withoutTag } from './references.ts';

/** What is copied: all of what was opened, or the image of one platform of it. */
export interface CopySource extends Opened {
  readonly descriptor: Descriptor;
  /** Signatures and the like go along. */
  readonly referrers: boolean;
}

/** What a copy came to. */
export interface Copied {
  /** What the user can use next: `oci:out`, `localhost:5000/site:1`. */
  readonly location: string;
  /** Its name there without the tag. */
  readonly name: string;
  /** Bytes that were written or sent; blobs that were there already are none. */
  readonly bytes: number;
  /** The destination had it, so that nothing was read. */
  readonly unchanged?: boolean;
  readonly blobs?: PushedContent['blobs'];
  readonly referrers?: number;
}

/** Where a copy goes. */
export interface Destination {
  /** Keeps layers as they come. Daemons unpack them, so that compressing them would be for nothing. */
  readonly keepsBytes: boolean;
  /** Throws what would stop the copy, as far as that can be told before the source is looked at. */
  check(wanted: Pick<CopySource, 'referrers'>): Promise<void>;
  put(source: CopySource): Promise<Copied>;
}

/** The destination that users name (DESIGN §8). Throws USAGE, REFERENCE_INVALID. */
export function destinationOf(name: string, { ctx, directory }: OpenOptions): Destination {
  const named = parseImageName(name, directory);
  if (named.kind === 'name') return registryDestination(named.name, ctx);
  if ('reference' in named) return daemonDestination(named, ctx);
  if (named.kind === 'oci') return contentDestination(layoutSink(named.path), named, ctx);
  return contentDestination(archiveSink(named.path), named, ctx);
}

function contentDestination(sink: ContentSink, { inner }: Extract<NamedImage, { kind: 'oci' | 'tar' }>, ctx: Context): Destination {
  return {
    keepsBytes: true,
    check: () => sink.check(),
    put: async (source) => {
      const content = await readContent(contentInput(source));
      const names = layoutNames(inner, source);
      const { location, bytesWritten } = await sink.putContent(content, { names, signal: ctx.signal });
      const [first] = names;
      return {
        location,
        name: first?.full === undefined ? sink.name : withoutTag(first.full),
        bytes: bytesWritten,
        referrers: content.referrers.length,
      };
    },
  };
}

/** A tag alone belongs to the repository that the source has; without a word the source's own name stays. */
function layoutNames(inner: string | undefined, { repository, tag }: Opened): readonly LayoutName[] {
  if (inner !== undefined && /[/:]/.test(inner)) return [imageName(inner)];
  const wanted = inner ?? tag;
  if (wanted === undefined) return [];
  return [repository === undefined ? { tag: wanted } : imageName(`${repository}:${wanted}`)];
}

function daemonDestination({ kind, reference }: Extract<NamedImage, { reference: string }>, ctx: Context): Destination {
  return {
    keepsBytes: false,
    check: async ({ referrers }) => {
      if (referrers) throw new ToolError('USAGE', `${kind} keeps no signatures and the like`, { hint: 'leave --referrers out' });
    },
    put: async (source) => {
      const full = hasTag(reference) ? reference : `${reference}:${source.tag ?? 'latest'}`;
      const image = await openEntry(source.place, { names: [full], descriptor: source.descriptor });
      const sink = kind === 'containerd' ? containerdSink(ctx) : daemonSink(kind, ctx);
      const { location, bytesWritten } = await sink.put(image, { references: [full], signal: ctx.signal });
      return { location, name: withoutTag(full), bytes: bytesWritten };
    },
  };
}

function registryDestination(name: string, ctx: Context): Destination {
  const wanted = parseReference(name);
  const registry = createRegistry(ctx);
  return {
    keepsBytes: true,
    check: async () => {
      if (wanted.registry === defaultRegistry && wanted.repository.startsWith('library/')) {
        throw new ToolError('USAGE', `nobody can copy to ${wanted.registry}/${wanted.repository}`, {
          hint: 'name the registry and the repository: HOST/NAME:TAG',
        });
      }
      if (ctx.offline) throw new ToolError('NETWORK_OFFLINE', `cannot copy to ${formatReference(wanted)}: --offline was given`);
    },
    put: async (source) => {
      const target = targetOf(wanted, { name, source });
      const whole = `${target.registry}/${target.repository}`;
      const done = { location: formatReference({ ...target, digest: undefined }), name: whole };
      if (!source.referrers && (await currentDigest(target, registry)) === source.descriptor.digest)
        return { ...done, bytes: 0, unchanged: true };
      const content = await readFor(target, source);
      const { blobs, bytesSent } = await pushContent(content, target, { registry, ...ctx });
      return { ...done, bytes: bytesSent, blobs, referrers: content.referrers.length };
    },
  };
}

/** Without a tag that of the source; a digest must be the source's own. Throws COPY_DIGEST. */
function targetOf(wanted: Reference, { name, source }: { readonly name: string; readonly source: CopySource }): Reference {
  const { digest } = source.descriptor;
  if (wanted.digest !== undefined && wanted.digest !== digest) {
    throw new ToolError('COPY_DIGEST', `${formatReference(wanted)} cannot be made: the source is ${digest}`, {
      hint: 'leave the digest out, or name the source by it',
    });
  }
  const tag = hasTag(name) || wanted.digest !== undefined ? wanted.tag : source.tag;
  return { ...wanted, tag, digest: tag === undefined ? digest : undefined };
}

function hasTag(reference: string): boolean {
  const [named = ''] = reference.split('@');
  return named.includes(':', named.lastIndexOf('/') + 1);
}

/** Some registries deny a repository that does not exist yet. */
async function currentDigest(target: Reference, registry: Registry): Promise<Digest | undefined> {
  try {
    return (await registry.headManifest(target))?.digest;
  } catch (error) {
    if (error instanceof ToolError && error.code === 'REGISTRY_DENIED') return undefined;
    throw error;
  }
}

/** A new tag in the same repository needs the one document: what it lists is there. */
async function readFor(target: Reference, source: CopySource): Promise<Content> {
  const { origin } = source.place;
  const isRetag = origin?.registry === target.registry && origin.repository === target.repository && !source.referrers;
  const content = contentInput(source);
  return isRetag ? await readContent({ ...content, shallow: true }) : await readContent(content);
}

function contentInput({ place, descriptor, referrers }: CopySource): ContentInput {
  return { name: place.name, descriptor, reader: place.reader, referrers, ...(place.origin && { origin: place.origin }) };
}
