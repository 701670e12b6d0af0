import { Readable } from 'node:stream';
import { type Digest, digestOf } from '../src/digest.ts';
import { ToolError } from '../src/errors/index.ts';
import { parseManifest, type Registry, type Repository } from '../src/registry/index.ts';
import type { BlobOutcome, BlobUpload, ManifestBytes, RegistryWriter } from '../src/registry/types.ts';
import { collect } from './sampleImage.ts';

/** A registry without a wire that keeps to the rules: a manifest needs its blobs, an index its manifests, a mount its source. */
export interface FakeRegistry extends Registry, Pick<RegistryWriter, 'putBlob' | 'putManifest'> {
  /** One line for each request, in order: `HEAD site:latest`, `upload site`, `PUT site:latest`. */
  readonly log: string[];
  /** By `REPOSITORY@DIGEST`. */
  readonly blobs: Map<string, Uint8Array>;
  /** By `REPOSITORY@DIGEST` and `REPOSITORY:TAG`. */
  readonly manifests: Map<string, ManifestBytes>;
  /** Is asked before each request and may throw. */
  fault: (line: string) => void;
}

export function fakeRegistry(): FakeRegistry {
  const log: string[] = [];
  const blobs = new Map<string, Uint8Array>();
  const manifests = new Map<string, ManifestBytes>();
  const say = (line: string): void => {
    log.push(line);
    fake.fault(line);
  };
  const find = (
    name: string,
  ): { readonly descriptor: { mediaType: string; digest: Digest; size: number }; readonly bytes: Uint8Array } | undefined => {
    const found = manifests.get(name);
    return (
      found && { descriptor: { mediaType: found.mediaType, digest: digestOf(found.bytes), size: found.bytes.length }, bytes: found.bytes }
    );
  };
  const fake: FakeRegistry = {
    log,
    blobs,
    manifests,
    fault: () => {},
    headManifest: async (reference) => {
      say(`HEAD ${nameOf(reference)}`);
      return find(nameOf(reference))?.descriptor;
    },
    getManifest: async (reference) => {
      say(`GET ${nameOf(reference)}`);
      return find(nameOf(reference)) ?? missing(nameOf(reference));
    },
    hasBlob: async ({ repository }, digest) => {
      say(`HEAD blob ${repository}`);
      return blobs.has(`${repository}@${digest}`);
    },
    openBlob: async ({ repository }, { digest }) => {
      say(`GET blob ${repository}`);
      return Readable.from([blobs.get(`${repository}@${digest}`) ?? missing(digest)]);
    },
    putBlob: async (repository, upload) => await putBlob(repository, upload),
    putManifest: async (reference, manifest) => {
      say(`PUT ${nameOf(reference)}`);
      const { repository } = reference;
      const parsed = parseManifest(manifest.bytes, nameOf(reference));
      const isThere =
        parsed.kind === 'index'
          ? parsed.manifests.every(({ digest }) => manifests.has(`${repository}@${digest}`))
          : [parsed.config, ...parsed.layers].every(({ digest }) => blobs.has(`${repository}@${digest}`));
      if (!isThere) throw new ToolError('REGISTRY_BLOB_UNKNOWN', `${nameOf(reference)} lists what is not there`);
      const digest = digestOf(manifest.bytes);
      manifests.set(`${repository}@${digest}`, manifest);
      if (reference.tag !== undefined) manifests.set(`${repository}:${reference.tag}`, manifest);
      return digest;
    },
  };
  const putBlob = async (
    { registry, repository }: Repository,
    { blob, open, mountFrom = [], isNew, onSent }: BlobUpload,
  ): Promise<BlobOutcome> => {
    const key = `${repository}@${blob.digest}`;
    if (isNew !== true) say(`HEAD blob ${repository}`);
    if (isNew !== true && blobs.has(key)) return { how: 'present', bytesSent: 0 };
    for (const source of mountFrom.filter((other) => other.registry === registry && other.repository !== repository)) {
      say(`mount ${repository} from ${source.repository}`);
      const found = blobs.get(`${source.repository}@${blob.digest}`);
      if (found === undefined) continue;
      blobs.set(key, found);
      return { how: 'mounted', bytesSent: 0 };
    }
    say(`upload ${repository}`);
    const bytes = await collect(await open());
    onSent?.(bytes.length);
    if (digestOf(bytes) !== blob.digest) throw new ToolError('REGISTRY_PROTOCOL', 'other bytes');
    blobs.set(key, bytes);
    return { how: 'uploaded', bytesSent: bytes.length };
  };
  return fake;
}

function nameOf({
  repository,
  tag,
  digest,
}: {
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}): string {
  return tag === undefined ? `${repository}@${digest}` : `${repository}:${tag}`;
}

function missing(what: string): never {
  throw new ToolError('REGISTRY_NOT_FOUND', `no ${what}`);
}
