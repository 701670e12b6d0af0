import type { TestRegistryOptions } from './types.ts';

/** What a registry of the field does otherwise than the distribution-spec, and how the fake of it is started. */
export interface Quirk {
  readonly registry: string;
  /** What is known of it. */
  readonly facts: readonly string[];
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

/** Registries by the name that tests use. */
export const quirks = {
  'distribution 2.8': {
    registry: 'distribution 2.8 (Debian docker-registry)',
    facts: [
      'no referrers API',
      'one POST with a whole blob begins an upload',
      'chunks out of order are appended',
      'tags cannot be deleted',
    ],
    options: { behaviour: { ...distribution, chunks: 'appended', tagDeletes: false } },
  },
  'distribution 3': {
    registry: 'distribution 3',
    facts: ['no referrers API', 'one POST with a whole blob begins an upload', 'what a manifest lists must be there, child manifests too'],
    options: { behaviour: distribution },
  },
  hub: {
    registry: 'Docker Hub',
    facts: [
      'tokens for every scope set',
      'a mount from elsewhere begins an upload',
      'limits in headers, then 429 with Retry-After',
      'referrers are not to be relied on',
    ],
    options: {
      login: 'bearer',
      behaviour: { referrers: false, mount: 'never', headers: { 'ratelimit-limit': '100;w=21600', 'ratelimit-remaining': '1;w=21600' } },
      faults: [{ on: 'GET manifest', do: { kind: 'answer', status: 429, headers: { 'retry-after': '1' }, body: 'pull rate limit' } }],
    },
  },
  ghcr: {
    registry: 'GitHub Container Registry',
    facts: ['no referrers API', 'a PATCH above 4 MiB is 416'],
    options: { login: 'bearer', behaviour: { referrers: false, maxChunk: 4 << 20 } },
  },
  ecr: {
    registry: 'Amazon ECR',
    facts: [
      'Basic login',
      'the repository must exist',
      'a mount works only if a manifest of the source lists the blob',
      'tags can be immutable',
    ],
    options: { login: 'basic', behaviour: { mount: 'referenced', immutableTags: true, repositories: ['team/app', 'team/base'] } },
  },
  gar: {
    registry: 'Google Artifact Registry',
    facts: ['no chunked uploads', 'uploads and downloads go to another host'],
    options: { login: 'bearer', behaviour: { chunks: 'refused', storage: 'both' } },
  },
  acr: {
    registry: 'Azure Container Registry',
    facts: ['refresh tokens (OAuth2), user 00000000-0000-0000-0000-000000000000', 'blobs come from a storage host'],
    options: { login: 'bearer', anonymous: false, behaviour: { storage: 'read' } },
  },
  quay: {
    registry: 'Quay',
    facts: ['a mount without `from` fails', 'the token server has no OAuth2'],
    options: { login: 'bearer', tokens: { refresh: false }, behaviour: { mountWithoutFrom: 'fail' } },
  },
  jfrog: {
    registry: 'JFrog Artifactory',
    facts: ['HEAD of what is not there may be 403', 'some answers have no Docker-Content-Digest'],
    options: { login: 'bearer', behaviour: { missingHead: 403, digestHeaders: false } },
  },
} as const satisfies Record<string, Quirk>;

export type QuirkName = keyof typeof quirks;
