import type { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import type { Descriptor } from '../image/types.ts';
import type { BlobName } from './blob.ts';
import type { Reference, Repository } from './reference.ts';

/** The write half of the registry API (distribution-spec, "Push"). Errors: the REGISTRY and NETWORK codes. */
export interface RegistryWriter {
  /**
   * Makes sure that a repository holds a blob: HEAD, mount from another repository of the same registry, else POST and PUT with
   * Content-Length. Calls for the same blob and repository that run at the same time are joined. Each try opens the bytes anew.
   */
  putBlob(repository: Repository, upload: BlobUpload): Promise<BlobOutcome>;
  /**
   * Stores a manifest or an index under the reference's tag, or under its digest if it has no tag. Whatever it lists must be there already.
   * Resolves with the digest that the registry confirmed. Errors: REGISTRY_BLOB_UNKNOWN if the registry misses what the manifest lists.
   */
  putManifest(reference: Reference, manifest: ManifestBytes): Promise<Digest>;
  /** Manifests whose subject is `digest`: the referrers API, else the fallback tag (distribution-spec, "Listing Referrers"). */
  referrers(repository: Repository, digest: Digest, artifactType?: string): Promise<readonly Descriptor[]>;
  /**
   * Stores a manifest that has a `subject`, by digest, and keeps the fallback tag of registries without a referrers API
   * (distribution-spec, "Pushing Manifests with Subject").
   */
  putReferrer(repository: Repository, manifest: ManifestBytes): Promise<Digest>;
}

/** A blob on its way to a registry. */
export interface BlobUpload {
  readonly blob: BlobName;
  /** The bytes from their start; called once per try, never if the registry has the blob. */
  open(): Promise<Readable>;
  /** Repositories of the same registry that may hold the blob, the likeliest first; others are ignored. */
  readonly mountFrom?: readonly Repository[];
  /** The blob was made just now, so that it is not worth a HEAD request. */
  readonly isNew?: boolean;
}

/** How a blob came into a repository, and the bytes of it that were sent. */
export interface BlobOutcome {
  readonly how: 'present' | 'mounted' | 'uploaded';
  readonly bytesSent: number;
}

/** Exact bytes of a manifest or an index. */
export interface ManifestBytes {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
