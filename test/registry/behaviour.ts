/** How a registry differs from others that are all within the distribution-spec, or nearly so. */
export interface Behaviour {
  /** The referrers API, 404 without it. */
  readonly referrers: boolean;
  /** Whether the referrers API filters by `artifactType`. */
  readonly filtersReferrers: boolean;
  /** Referrers on one page; the rest follows by `Link`. */
  readonly referrersPage: number;
  /** Mounts: done; done only if a manifest of the source lists the blob; never done, an upload is begun instead. */
  readonly mount: 'always' | 'referenced' | 'never';
  /** A mount without `from`: looks in every repository, begins an upload, or fails. */
  readonly mountWithoutFrom: 'search' | 'upload' | 'fail';
  /** Whether one POST with `?digest=` stores a blob; otherwise it begins an upload. */
  readonly singlePost: boolean;
  /** PATCH: in order only; whatever comes is appended; not at all. */
  readonly chunks: 'ordered' | 'appended' | 'refused';
  /** Bytes of one PATCH; more is 416. */
  readonly maxChunk: number;
  /** What must be there when a manifest is put: blobs and child manifests, blobs only, nothing. */
  readonly requires: 'all' | 'blobs' | 'nothing';
  /** The status of a manifest that lists something that is not there. */
  readonly missingStatus: number;
  /** Bytes of one manifest, and the status of larger ones. */
  readonly maxManifest: number;
  readonly largeManifestStatus: number;
  /** Whether manifests may list layers that are not distributed; 400 without it. */
  readonly foreignLayers: boolean;
  /** Whether a tag can be deleted; 400 without it. */
  readonly tagDeletes: boolean;
  /** Whether a manifest that is put by digest is tagged by `?tag=` (a draft of the distribution-spec). */
  readonly tagParameters: boolean;
  /** Tags that exist cannot be moved. */
  readonly immutableTags: boolean;
  /** Repositories that exist; undefined = any comes into being with its first push. */
  readonly repositories: readonly string[] | undefined;
  /** Whether answers carry `Docker-Content-Digest`. */
  readonly digestHeaders: boolean;
  /** How `Location` is written; `plain`: with http, as behind a proxy that speaks https for the registry. */
  readonly locations: 'relative' | 'absolute' | 'plain';
  /** What goes to another origin: nothing, reading blobs (by a redirect), sending them (by `Location`), both. */
  readonly storage: 'none' | 'read' | 'write' | 'both';
  /** The status of HEAD for a blob or manifest that is not there. */
  readonly missingHead: number;
  /** Headers of every answer. */
  readonly headers: Readonly<Record<string, string>>;
}

/** A registry as the distribution-spec 1.1 describes it. */
export const plain: Behaviour = {
  referrers: true,
  filtersReferrers: true,
  referrersPage: 1000,
  mount: 'always',
  mountWithoutFrom: 'upload',
  singlePost: true,
  chunks: 'ordered',
  maxChunk: Number.POSITIVE_INFINITY,
  requires: 'blobs',
  missingStatus: 404,
  maxManifest: 4 << 20,
  largeManifestStatus: 413,
  foreignLayers: true,
  tagDeletes: true,
  tagParameters: false,
  immutableTags: false,
  repositories: undefined,
  digestHeaders: true,
  locations: 'relative',
  storage: 'none',
  missingHead: 404,
  headers: {},
};
