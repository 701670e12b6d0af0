import { always, type FaultRow, type Given, page, pull, says } from './row.ts';

const names = (given: Given): Given => ({ ...given, names: true });
const ownLayer = /[0-9a-f]{64}$/;

/** Reading an image. */
export const pulls: readonly FaultRow[] = [
  {
    fault: 'A blob breaks off after 1,000 bytes',
    effect: 'the rest is read by Range',
    given: pull({ on: 'GET blob', nth: 2, do: { kind: 'cut', after: 1000 } }),
    ends: 'done',
    steps: { 'GET blob': 4 },
  },
  {
    fault: 'A blob breaks off before its first byte',
    effect: 'it is read again',
    given: pull({ on: 'GET blob', nth: 3, do: { kind: 'cut', after: 0 } }),
    ends: 'done',
  },
  {
    fault: 'A blob breaks off in every try',
    effect: 'the pull ends after five tries',
    given: pull({ on: 'GET blob', match: ownLayer, ...always, do: { kind: 'cut', after: 10 } }),
    ends: { code: 'NETWORK_UNREACHABLE' },
  },
  {
    fault: 'A blob stops in the middle',
    effect: 'the rest is read by Range when the time is up',
    given: { ...pull({ on: 'GET blob', nth: 2, do: { kind: 'stall', after: 1000 } }), impatient: true },
    ends: 'done',
  },
  {
    fault: 'A blob has other bytes',
    effect: 'they are not used',
    given: pull({ on: 'GET blob', nth: 2, do: { kind: 'change', body: (body) => Buffer.alloc(body.length, 'x') } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /other bytes/ },
  },
  {
    fault: 'A blob is longer than announced',
    effect: 'it is not read to its end',
    given: pull({ on: 'GET blob', do: { kind: 'change', body: (body) => Buffer.concat([body, body]) } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /more than/ },
  },
  {
    fault: 'A blob is shorter than announced, though the answer is complete',
    effect: 'it is not used',
    given: pull({ on: 'GET blob', do: { kind: 'change', body: (body) => body.subarray(1) } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /instead of/ },
  },
  { fault: 'A blob gives 502 once', effect: 'it is asked for again', given: pull({ on: 'GET blob', do: page(502) }), ends: 'done' },
  {
    fault: 'A blob is gone (404)',
    effect: 'the pull ends',
    given: pull({ on: 'GET blob', nth: 2, ...always, do: says(404, 'BLOB_UNKNOWN') }),
    ends: { code: 'REGISTRY_NOT_FOUND' },
  },
  {
    fault: 'A blob is redirected to a storage host',
    effect: 'the bytes come from there, the credentials do not go there',
    given: { ...pull(), registry: { login: 'bearer', behaviour: { storage: 'read' } } },
    ends: 'done',
  },
  {
    fault: 'A blob is redirected to another host by https',
    effect: 'the bytes come from there, the credentials do not go there',
    given: names({ ...pull(), registry: { login: 'basic', behaviour: { storage: 'read' } } }),
    ends: 'done',
  },
  {
    fault: 'A blob is redirected in a circle',
    effect: 'the pull ends after five redirects',
    given: pull({ on: 'GET blob', ...always, do: { kind: 'answer', status: 302, headers: { location: '?' } } }),
    ends: { code: 'NETWORK_PROTOCOL', says: /redirects/ },
  },
  ...[
    ['an address inside the network', 'https://169.254.169.254/'],
    ['this machine', 'http://127.0.0.1:1/'],
    ['plain http', 'http://elsewhere.example/'],
  ].map(
    ([where, to = '']): FaultRow => ({
      fault: `A blob is redirected to ${where}`,
      effect: 'nothing is asked there',
      given: names(pull({ on: 'GET blob', ...always, do: { kind: 'answer', status: 307, headers: { location: to } } })),
      ends: { code: 'NETWORK_REFUSED_URL' },
    }),
  ),
  ...[403, 405].map(
    (status): FaultRow => ({
      fault: `Looking for a manifest gives ${status}`,
      effect: 'it is read instead',
      given: pull({ on: 'HEAD manifest', ...always, do: page(status) }),
      ends: 'done',
    }),
  ),
  {
    fault: 'Looking for a manifest tells no digest',
    effect: 'it is read instead',
    given: { ...pull(), registry: { behaviour: { digestHeaders: false } } },
    ends: 'done',
  },
  {
    fault: 'A manifest has other bytes than its digest',
    effect: 'it is not used',
    given: pull({ on: 'GET manifest', ...always, do: { kind: 'change', body: () => Buffer.from('{}') } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /does not match/ },
  },
  {
    fault: 'A manifest comes with another `Docker-Content-Digest`',
    effect: 'what counts is the digest of its bytes',
    given: pull({ on: 'HEAD manifest', do: { kind: 'change', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } } }),
    ends: { code: 'REGISTRY_NOT_FOUND' },
  },
  {
    fault: 'A manifest is larger than 4 MiB',
    effect: 'it is not read to its end',
    given: pull({ on: 'GET manifest', do: { kind: 'change', body: () => Buffer.alloc(5 << 20) } }),
    ends: { code: 'NETWORK_PROTOCOL', says: /larger/ },
  },
  {
    fault: 'A manifest is the page of a proxy, with status 200',
    effect: 'it is not used',
    given: pull({ on: 'GET manifest', ...always, do: page(200) }),
    ends: { code: 'REGISTRY_PROTOCOL' },
  },
  {
    fault: 'A manifest is empty',
    effect: 'it is not used',
    given: pull({ on: 'GET manifest', ...always, do: { kind: 'answer', status: 200 } }),
    ends: { code: 'REGISTRY_PROTOCOL' },
  },
  {
    fault: 'A manifest is gone (404)',
    effect: 'the pull ends',
    given: pull({ on: 'GET manifest', ...always, do: says(404, 'MANIFEST_UNKNOWN') }),
    ends: { code: 'REGISTRY_NOT_FOUND', hint: /spelling/ },
  },
  {
    fault: 'Reading is limited (429 every time)',
    effect: 'the pull ends after five tries with the hint to log in',
    given: pull({ on: 'GET manifest', ...always, do: says(429, 'TOOMANYREQUESTS') }),
    ends: { code: 'REGISTRY_LIMIT', hint: /log in/ },
  },
  {
    fault: 'An answer has a header of 100 kB',
    effect: 'it is not read',
    given: pull({ on: 'GET manifest', ...always, do: { kind: 'change', headers: { 'x-long': 'x'.repeat(100_000) } } }),
    ends: { code: 'NETWORK_PROTOCOL' },
  },
];
