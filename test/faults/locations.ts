import type { Deed } from '../registry/index.ts';
import { always, type FaultRow, push, says } from './row.ts';

function location(to: string | undefined): Deed {
  return { kind: 'change', headers: { location: to } };
}

const mount = (deed: Deed, times = Number.POSITIVE_INFINITY) => push({ on: 'POST mount', times, do: deed });

/** Where an upload goes, and blobs that need not be sent because another repository has them. */
export const locations: readonly FaultRow[] = [
  {
    fault: 'The upload location is relative and holds state',
    effect: 'it is used as it was named',
    given: { ...push(), registry: { behaviour: { locations: 'relative' } } },
    ends: 'done',
  },
  {
    fault: 'The upload location is a whole URL',
    effect: 'it is used as it was named',
    given: { ...push(), registry: { behaviour: { locations: 'absolute' } } },
    ends: 'done',
  },
  {
    fault: 'The upload location is on another host',
    effect: 'the bytes go there, the credentials do not',
    given: { ...push(), registry: { login: 'basic', behaviour: { storage: 'write' } } },
    ends: 'done',
  },
  {
    fault: 'The upload location is on another host by https',
    effect: 'the bytes go there, the credentials do not',
    given: { ...push(), names: true, registry: { login: 'bearer', behaviour: { storage: 'both' } } },
    ends: 'done',
  },
  {
    fault: 'The upload location is plain http on the same host, as behind some proxies',
    effect: 'https is used',
    given: { ...push(), names: true, registry: { login: 'basic', behaviour: { locations: 'plain' } } },
    ends: 'done',
  },
  {
    fault: 'The upload location is plain http on another host',
    effect: 'nothing is sent there',
    given: { ...push({ on: 'POST uploads', ...always, do: location('http://elsewhere.example/upload') }), names: true },
    ends: { code: 'NETWORK_REFUSED_URL', says: /plain http|only https/ },
    steps: { 'PUT manifest': 0 },
  },
  {
    fault: 'The upload location is an address inside the network',
    effect: 'nothing is sent there',
    given: { ...push({ on: 'POST uploads', ...always, do: location('https://10.0.0.1/upload') }), names: true },
    ends: { code: 'NETWORK_REFUSED_URL', says: /private/ },
  },
  ...[undefined, 'https://'].map(
    (to): FaultRow => ({
      fault: to === undefined ? 'There is no upload location' : 'The upload location is no URL',
      effect: 'the push ends',
      given: push({ on: 'POST uploads', ...always, do: location(to) }),
      ends: { code: 'NETWORK_PROTOCOL' },
    }),
  ),
  {
    fault: 'Sending a blob is redirected to another host (307)',
    effect: 'the bytes go there, the credentials do not',
    given: { ...push({ on: 'PUT upload', do: { kind: 'redirect', status: 307 } }), names: true, registry: { login: 'basic' } },
    ends: 'done',
    steps: { 'PUT upload': 3 },
  },
  {
    fault: 'Sending a blob is redirected in a circle',
    effect: 'the push ends after five redirects',
    given: push({
      on: 'PUT upload',
      ...always,
      do: { kind: 'answer', status: 307, headers: { location: '/v2/team/app/blobs/uploads/again' } },
    }),
    ends: { code: 'NETWORK_PROTOCOL', says: /redirects/ },
  },
  {
    fault: 'A mount is done (201)',
    effect: 'the blob is not sent',
    given: push(),
    ends: 'done',
    steps: { 'POST mount': 1, 'PUT upload': 2 },
  },
  {
    fault: 'A mount is not done and begins an upload (202)',
    effect: 'that upload is used',
    given: { ...push(), registry: { behaviour: { mount: 'never' } } },
    ends: 'done',
    steps: { 'POST mount': 1, 'POST uploads': 2, 'PUT upload': 3 },
  },
  ...[401, 403, 404, 405, 400].map(
    (status): FaultRow => ({
      fault: `A mount gives ${status}`,
      effect: 'the blob is sent',
      given: mount(says(status, 'DENIED')),
      ends: 'done',
      steps: { 'PUT upload': 3 },
    }),
  ),
  {
    fault: 'A mount gives 500 every time',
    effect: 'it is tried twice, then the blob is sent',
    given: mount(says(500, 'UNKNOWN')),
    ends: 'done',
    steps: { 'POST mount': 2, 'PUT upload': 3 },
  },
  {
    fault: 'A mount breaks the connection every time',
    effect: 'it is tried twice, then the blob is sent',
    given: mount({ kind: 'reset', after: 0 }),
    ends: 'done',
    steps: { 'PUT upload': 3 },
  },
  {
    fault: 'A mount is done, but the answer is lost',
    effect: 'the blob is found there',
    given: mount({ kind: 'lose' }, 1),
    ends: 'done',
    steps: { 'PUT upload': 2 },
  },
  {
    fault: 'A mount gives another blob',
    effect: 'the push ends at once',
    given: mount({ kind: 'change', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /another digest/ },
  },
  {
    fault: 'A mount is said to be done, but is not',
    effect: 'the manifest is refused, and the tag stays',
    given: mount({ kind: 'answer', status: 201 }),
    ends: { code: 'REGISTRY_BLOB_UNKNOWN', says: /missing: sha256:/ },
  },
  {
    fault: 'The account may not read the source of a mount',
    effect: 'the blob is sent',
    given: {
      ...push(),
      registry: { login: 'bearer', tokens: { grant: (repository, actions) => (repository === 'team/base' ? [] : actions) } },
    },
    ends: 'done',
    steps: { 'PUT upload': 3 },
  },
];
