import type { Deed } from '../registry/index.ts';
import { always, type FaultRow, page, push, says } from './row.ts';

/** The manifest is put by its digest, the index by its tag. */
const child = /manifests\/sha256:/;
const tag = /manifests\/1$/;

const at = (match: RegExp, deed: Deed) => push({ on: 'PUT manifest', match, do: deed });
const onTag = (deed: Deed) => push({ on: 'PUT manifest', match: tag, ...always, do: deed });

/** Storing manifests, the tag last. */
export const manifests: readonly FaultRow[] = [
  ...[child, tag].flatMap((match): FaultRow[] => {
    const what = match === child ? 'a manifest' : 'the tag';
    return [
      {
        fault: `Storing ${what} gives 500 once`,
        effect: 'it is stored again',
        given: at(match, page(500)),
        ends: 'done',
        steps: { 'PUT manifest': 3 },
      },
      {
        fault: `The connection breaks while ${what} is stored`,
        effect: 'it is stored again',
        given: at(match, { kind: 'reset', after: 10 }),
        ends: 'done',
        steps: { 'PUT manifest': 3 },
      },
      {
        fault: `${match === child ? 'A manifest' : 'The tag'} is stored, but the answer is lost`,
        effect: 'it is stored again, which changes nothing',
        given: at(match, { kind: 'lose' }),
        ends: 'done',
        steps: { 'PUT manifest': 3 },
      },
    ];
  }),
  {
    fault: 'Storing the tag gives 503 every time',
    effect: 'the push ends after six tries',
    given: onTag(page(503)),
    ends: { code: 'REGISTRY_PROTOCOL', says: /503/ },
    steps: { 'PUT manifest': 7 },
  },
  {
    fault: 'The tag is stored, but the answer is lost every time',
    effect: 'the push fails although the tag stands for the complete image; the next one finds it so',
    given: onTag({ kind: 'lose' }),
    ends: { code: 'NETWORK_UNREACHABLE' },
    tag: 'new',
  },
  {
    fault: 'Storing the tag never gets an answer',
    effect: 'the push ends after six tries',
    given: { ...onTag({ kind: 'hang' }), impatient: true },
    ends: { code: 'NETWORK_TIMEOUT' },
  },
  {
    fault: 'The registry misses a blob that a manifest lists (404 MANIFEST_BLOB_UNKNOWN)',
    effect: 'the error names the digests; the next push sends them',
    given: {
      ...push({
        on: 'PUT manifest',
        ...always,
        do: {
          kind: 'answer',
          status: 404,
          body: JSON.stringify({ errors: [{ code: 'MANIFEST_BLOB_UNKNOWN', detail: { digest: `sha256:${'a'.repeat(64)}` } }] }),
        },
      }),
    },
    ends: { code: 'REGISTRY_BLOB_UNKNOWN', says: /missing: sha256:a{64}/, hint: /again/ },
  },
  ...(
    [
      [400, 'TAG_INVALID'],
      [409, 'CONFLICT'],
      [412, 'PRECONDITION'],
    ] as const
  ).map(
    ([status, code]): FaultRow => ({
      fault: `The tag may not be moved (${status} ${code})`,
      effect: 'the error says so',
      given: onTag(says(status, code, { message: 'the tag is immutable' })),
      ends: { code: 'REGISTRY_TAG_IMMUTABLE', hint: /another tag/ },
      steps: { 'PUT manifest': 2 },
    }),
  ),
  {
    fault: 'A proxy gives 409 for the tag with a page',
    effect: 'the error says that the tag may not be moved',
    given: onTag(page(409)),
    ends: { code: 'REGISTRY_TAG_IMMUTABLE' },
  },
  {
    fault: 'Storing the tag gives 403',
    effect: 'the push ends at once',
    given: onTag(says(403, 'DENIED')),
    ends: { code: 'REGISTRY_DENIED' },
    steps: { 'PUT manifest': 2 },
  },
  {
    fault: 'The registry does not know the media type (415)',
    effect: 'the push ends at once',
    given: push({ on: 'PUT manifest', ...always, do: says(415, 'UNSUPPORTED') }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /415/ },
    steps: { 'PUT manifest': 1 },
  },
  {
    fault: 'The manifest is too large for the registry (413)',
    effect: 'the push ends at once',
    given: push({ on: 'PUT manifest', ...always, do: page(413) }),
    ends: { code: 'REGISTRY_TOO_LARGE' },
  },
  {
    fault: 'The registry finds the manifest invalid (400 MANIFEST_INVALID)',
    effect: 'the push ends at once',
    given: push({ on: 'PUT manifest', ...always, do: says(400, 'MANIFEST_INVALID') }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /MANIFEST_INVALID/ },
  },
  {
    fault: 'The registry confirms a manifest under another digest',
    effect: 'the push ends before the tag',
    given: at(child, { kind: 'change', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /another digest/ },
    steps: { 'PUT manifest': 1 },
  },
  {
    fault: '429 for the tag with `Retry-After: 3`',
    effect: 'at least that long is waited',
    given: at(tag, says(429, 'TOOMANYREQUESTS', { headers: { 'retry-after': '3' } })),
    ends: 'done',
    waits: [3000],
  },
];
