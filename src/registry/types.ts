import type { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import type { Descriptor } from '../image/types.ts';
import type { Reference, Repository } from './reference.ts';

/** The read half of the registry API (distribution-spec, pull). Everything that is returned was checked against its digest. */
export interface Registry {
  /** What a reference points at, or undefined if there is nothing. One HEAD request; GET where a registry does not do HEAD. */
  headManifest(reference: Reference): Promise<Descriptor | undefined>;
  /** Exact bytes of a manifest or index. Errors: REGISTRY_NOT_FOUND and the other REGISTRY codes. */
  getManifest(reference: Reference): Promise<FetchedManifest>;
  /** Whether a repository has a blob. */
  hasBlob(repository: Repository, digest: Digest): Promise<boolean>;
  /** Streams a blob, verified while it is read. */
  openBlob(repository: Repository, blob: BlobName): Promise<Readable>;
}

export interface FetchedManifest {
  /** Media type as the registry sent it, mapped to OCI. */
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A blob as its descriptor names it. */
export interface BlobName {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

/** The write half of the registry API (distribution-spec, "Push"). Errors: the REGISTRY and NETWORK codes. */
export interface RegistryWriter {
  /**
   * Makes sure that a repository holds a blob: HEAD, mount from another repository of the same registry, else POST and PUT with
   * Content-Length. Calls for the same blob and repository that run at the same time are joined; only the first counts bytes. Each try looks
   * for the blob again, starts a new upload and opens the bytes anew; faults of the bytes' own source are thrown as they are.
   */
  putBlob(repository: Repository, upload: BlobUpload): Promise<BlobOutcome>;
  /**
   * Stores a manifest or an index under the reference's tag, or under its digest if it has no tag. Whatever it lists must be there already.
   * Resolves with the digest that the registry confirmed. Errors: REGISTRY_BLOB_UNKNOWN if the registry misses what the manifest lists,
   * REGISTRY_TAG_IMMUTABLE if it does not let the tag move, REGISTRY_TOO_LARGE above 4 MiB.
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
  /** Told the bytes of each piece that goes to the connection; a try that starts again counts again. */
  readonly onSent?: (bytes: number) => void;
}

/** How a blob came into a repository, and the bytes that were sent for it in all tries. */
export interface BlobOutcome {
  readonly how: 'present' | 'mounted' | 'uploaded';
  readonly bytesSent: number;
}

/** Exact bytes of a manifest or an index. */
export interface ManifestBytes {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
