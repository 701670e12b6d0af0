import type { TestRegistryOptions } from './types.ts';

/** What a registry of the field does otherwise than the distribution-spec, and how the fake of it is started. */
export interface Quirk {
  readonly name: string;
  /** What is known of it. */
  readonly facts: readonly string[];
  /** What Wherry does about that. */
  readonly answer: string;
  readonly options: TestRegistryOptions;
}

/** What both generations of distribution share; `test/e2e/conformance.test.ts` holds it to the real ones. */
const distribution = {
  referrers: false,
  singlePost: false,
  requires: 'all',
  missingStatus: 400,
  largeManifestStatus: 400,
  foreignLayers: false,
  locations: 'absolute',
} as const;

/** Fakes of registries, by a short name. */
export const quirks = {
  'distribution 2.8': {
    name: 'distribution 2.8 (docker-registry)',
    facts: [
      'no referrers API',
      'one POST with a whole blob begins an upload',
      'chunks out of order are appended',
      'tags cannot be deleted',
    ],
    answer: 'sends a blob by POST and PUT; lists referrers in the fallback tag',
    options: { behaviour: { ...distribution, chunks: 'appended', tagDeletes: false } },
  },
  'distribution 3': {
    name: 'distribution 3',
    facts: ['no referrers API', 'one POST with a whole blob begins an upload', 'what a manifest lists must be there, child manifests too'],
    answer: 'stores children before indexes; lists referrers in the fallback tag',
    options: { behaviour: distribution },
  },
  hub: {
    name: 'Docker Hub',
    facts: ['limits in headers, then 429 with `Retry-After`', 'mounts from elsewhere begin an upload', 'referrers are not to be relied on'],
    answer: 'looks with HEAD, which is not counted; waits as long as it is told; uses the upload; asks for the referrers API each time',
    options: {
      login: 'bearer',
      behaviour: { referrers: false, mount: 'never', headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '1;w=21600' } },
      faults: [{ on: 'GET manifest', do: { kind: 'answer', status: 429, headers: { 'retry-after': '1' }, body: 'pull rate limit' } }],
    },
  },
  ghcr: {
    name: 'GitHub Container Registry',
    facts: ['no referrers API', 'a PATCH above 4 MiB is 416'],
    answer: 'never uses PATCH; lists referrers in the fallback tag',
    options: { login: 'bearer', behaviour: { referrers: false, maxChunk: 4 << 20 } },
  },
  ecr: {
    name: 'Amazon ECR',
    facts: [
      'Basic login',
      'repositories must exist',
      'mounts work once a manifest of the source lists the blob, else 202',
      'tags can be immutable',
    ],
    answer: 'uses the upload that a 202 begins; names what is missing, or the tag that may not be moved',
    options: { login: 'basic', behaviour: { mount: 'referenced', immutableTags: true, repositories: ['team/app', 'team/base'] } },
  },
  gar: {
    name: 'Google Artifact Registry',
    facts: ['no chunked uploads', 'uploads and downloads go to another host'],
    answer: 'never uses PATCH; leaves the credentials behind when it goes to the other host',
    options: { login: 'bearer', behaviour: { chunks: 'refused', storage: 'both' } },
  },
  acr: {
    name: 'Azure Container Registry',
    facts: ['refresh tokens (OAuth2) of the user 00000000-0000-0000-0000-000000000000', 'blobs come from a storage host'],
    answer: 'exchanges the refresh token at the token server; leaves the credentials behind at the storage host',
    options: { login: 'bearer', anonymous: false, behaviour: { storage: 'read' } },
  },
  quay: {
    name: 'Quay',
    facts: ['a mount without `from` fails', 'the token server has no OAuth2'],
    answer: 'never sends a mount without `from`; asks for tokens with the stored login',
    options: { login: 'bearer', tokens: { refresh: false }, behaviour: { mountWithoutFrom: 'fail' } },
  },
  jfrog: {
    name: 'JFrog Artifactory',
    facts: ['HEAD of what is not there can be 403', 'answers can lack `Docker-Content-Digest`'],
    answer: 'goes on as if the blob were absent; reads a manifest to learn its digest',
    options: { login: 'bearer', behaviour: { missingHead: 403, digestHeaders: false } },
  },
} as const satisfies Record<string, Quirk>;

export type QuirkName = keyof typeof quirks;
