import { digestOf, hexOf } from '../../src/digest.ts';
import { mediaTypes } from '../../src/registry/index.ts';
import { encode } from '../images.ts';
import type { Behaviour, Fault } from '../registry/index.ts';
import { image } from './image.ts';
import { always, type FaultRow, type Given, page, says } from './row.ts';

const attach = (faults: readonly Fault[], behaviour: Partial<Behaviour> = {}): Given => ({
  doing: 'attach',
  faults,
  registry: { behaviour },
});

const without = { referrers: false } as const;
const fallbackTag = new RegExp(`sha256-${hexOf(digestOf(image.index))}$`);

/** An answer of the referrers API without an entry. */
const empty = encode({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] });

/** Attestations and signatures beside an image. */
export const referrers: readonly FaultRow[] = [
  {
    fault: 'The registry has the referrers API',
    effect: 'no fallback tag is written',
    given: attach([]),
    ends: 'done',
    steps: { 'PUT manifest': 1 },
  },
  {
    fault: 'The registry has no referrers API (404)',
    effect: 'the fallback tag lists the referrer',
    given: attach([], without),
    ends: 'done',
    steps: { 'PUT manifest': 2 },
  },
  ...[400, 405, 501].map(
    (status): FaultRow => ({
      fault: `The referrers API gives ${status}`,
      effect: 'the fallback tag lists the referrer',
      given: attach([{ on: 'GET referrers', ...always, do: page(status) }], without),
      ends: 'done',
      steps: { 'PUT manifest': 2 },
    }),
  ),
  {
    fault: 'The referrers API answers with a page',
    effect: 'the fallback tag lists the referrer',
    given: attach([{ on: 'GET referrers', ...always, do: page(200) }], without),
    ends: 'done',
    steps: { 'PUT manifest': 2 },
  },
  {
    fault: 'The registry sends `OCI-Subject` but has no referrers API',
    effect: 'the header is no proof: the fallback tag lists the referrer',
    given: attach([{ on: 'PUT manifest', do: { kind: 'change', headers: { 'oci-subject': digestOf(image.index) } } }], without),
    ends: 'done',
    steps: { 'PUT manifest': 2 },
  },
  {
    fault: 'The referrers API gives 503 once',
    effect: 'it is asked again, and no fallback tag is written',
    given: attach([{ on: 'GET referrers', do: page(503) }]),
    ends: 'done',
    steps: { 'PUT manifest': 1 },
  },
  {
    fault: 'The referrers API gives 503 every time',
    effect: 'it stays open whether there is one, so the command fails',
    given: attach([{ on: 'GET referrers', ...always, do: page(503) }]),
    ends: { code: 'REGISTRY_PROTOCOL', says: /referrers/ },
  },
  {
    fault: 'The referrers API does not filter by type',
    effect: 'Wherry does',
    given: attach([], { filtersReferrers: false }),
    ends: 'done',
  },
  {
    fault: 'The referrers API does not know a referrer that was just stored',
    effect: 'the list is taken as it is',
    given: attach([
      { on: 'GET referrers', nth: 1, do: { kind: 'answer', status: 200, headers: { 'content-type': mediaTypes.index }, body: empty } },
    ]),
    ends: 'done',
  },
  {
    fault: 'Another writer overwrites the fallback tag just after',
    effect: 'the list is read again, and the referrer added once more',
    given: attach(
      [
        {
          on: 'GET manifest',
          match: fallbackTag,
          nth: 2,
          do: { kind: 'answer', status: 200, headers: { 'content-type': mediaTypes.index }, body: empty },
        },
      ],
      without,
    ),
    ends: 'done',
    steps: { 'PUT manifest': 3 },
  },
  {
    fault: 'The fallback tag keeps nothing',
    effect: 'the command fails: the referrer is stored, but could not be found',
    given: attach(
      [
        {
          on: 'GET manifest',
          match: fallbackTag,
          ...always,
          do: { kind: 'answer', status: 200, headers: { 'content-type': mediaTypes.index }, body: empty },
        },
      ],
      without,
    ),
    ends: { code: 'REGISTRY_PROTOCOL', says: /does not keep/ },
  },
  {
    fault: 'The fallback tag is an image',
    effect: 'it is left alone, and the command fails',
    given: attach(
      [
        {
          on: 'GET manifest',
          match: fallbackTag,
          ...always,
          do: { kind: 'answer', status: 200, headers: { 'content-type': mediaTypes.manifest }, body: image.manifest },
        },
      ],
      without,
    ),
    ends: { code: 'REGISTRY_PROTOCOL', says: /left alone/ },
  },
  {
    fault: 'Storing the fallback tag gives 403',
    effect: 'the command fails: the referrer is stored, but could not be found',
    given: attach([{ on: 'PUT manifest', nth: 2, ...always, do: says(403, 'DENIED') }], without),
    ends: { code: 'REGISTRY_DENIED' },
  },
  {
    fault: 'Storing the fallback tag gives 503 once',
    effect: 'it is stored again',
    given: attach([{ on: 'PUT manifest', nth: 2, do: page(503) }], without),
    ends: 'done',
    steps: { 'PUT manifest': 3 },
  },
];
