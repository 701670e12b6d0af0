import type { Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';
import type { Descriptor } from '../image/types.ts';
import {
  formatReference,
  type ImageConfigFile,
  type Manifest,
  maxManifestSize,
  parseConfig,
  parseManifest,
  type Registry,
  type Repository,
} from '../registry/index.ts';

/** A repository that images are pushed to, as far as it was looked at: each tag and each manifest is asked for once. */
export interface RemoteRepository {
  readonly repository: Repository;
  /** What a tag names; undefined if nothing, or if the registry does not tell. Errors: those of the registry, but REGISTRY_DENIED. */
  head(tag: string): Promise<Descriptor | undefined>;
  /** A manifest or index by digest; undefined if it is gone or cannot be read. */
  manifest(digest: Digest): Promise<Manifest | undefined>;
  /** An image's configuration; undefined if it is gone or cannot be read. */
  config(descriptor: Descriptor): Promise<ImageConfigFile | undefined>;
  /** What was read lists these blobs and manifests, so they are there, unless the registry lost them. */
  readonly listed: ReadonlySet<Digest>;
}

/** Gives the one view of a repository. */
export type OpenRepository = (repository: Repository) => RemoteRepository;

type Source = Pick<Registry, 'headManifest' | 'getManifest' | 'openBlob'>;

/** Where to find repositories; sends nothing by itself. */
export function remoteRepositories(registry: Source): OpenRepository {
  const opened = new Map<string, RemoteRepository>();
  return (repository) => {
    const name = formatReference({ ...repository, tag: undefined, digest: undefined });
    const known = opened.get(name) ?? openRepository(repository, registry);
    opened.set(name, known);
    return known;
  };
}

function openRepository({ registry: host, repository: path }: Repository, registry: Source): RemoteRepository {
  const repository: Repository = { registry: host, repository: path };
  const heads = new Map<string, Promise<Descriptor | undefined>>();
  const manifests = new Map<Digest, Promise<Manifest | undefined>>();
  const listed = new Set<Digest>();
  const read = async (digest: Digest): Promise<Manifest | undefined> => {
    const { bytes } = await registry.getManifest({ ...repository, tag: undefined, digest });
    const manifest = parseManifest(bytes, `${host}/${path}@${digest}`);
    for (const item of [digest, ...contentsOf(manifest)]) listed.add(item);
    return manifest;
  };
  const readConfig = async ({ digest, size }: Descriptor): Promise<ImageConfigFile | undefined> => {
    if (size > maxManifestSize) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of await registry.openBlob(repository, { digest, size })) chunks.push(chunk as Uint8Array);
    return parseConfig(Buffer.concat(chunks), `${host}/${path}@${digest}`);
  };
  return {
    repository,
    listed,
    head: (tag) =>
      once(heads, tag, () =>
        // Some registries answer so for what is not there, and the push itself will say it if it is meant (oci.md §2.5).
        registry.headManifest({ ...repository, tag, digest: undefined }).catch(unless(['REGISTRY_DENIED'])),
      ),
    manifest: (digest) => once(manifests, digest, () => read(digest).catch(unless(useless))),
    config: (descriptor) => readConfig(descriptor).catch(unless(useless)),
  };
}

/** What a registry answers for things that are no use as a previous image. */
const useless = ['REGISTRY_NOT_FOUND', 'REGISTRY_DENIED', 'REGISTRY_PROTOCOL'] as const;

/** A registry takes an image's manifest only with its blobs, and an index only with its manifests. */
function contentsOf(manifest: Manifest): Digest[] {
  const parts = manifest.kind === 'index' ? manifest.manifests : [manifest.config, ...manifest.layers];
  return parts.map(({ digest }) => digest);
}

function once<K, V>(memory: Map<K, Promise<V>>, key: K, ask: () => Promise<V>): Promise<V> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const asked = ask();
  memory.set(key, asked);
  // It may be asked for early; whoever waits for it learns of the failure.
  asked.catch(() => undefined);
  return asked;
}

function unless(codes: readonly ToolError['code'][]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof ToolError) || !codes.includes(error.code)) throw error;
    return undefined;
  };
}
