import { always, type FaultRow, page, push, says } from './row.ts';

/** What a registry should not say. */
const careless =
  'no write access\x1b[31m to https://user:secret@storage.example/x?signature=of-the-storage with Bearer token-of-the-test-registry-1\r\n';

/** Sending a blob: the look for it, the POST that begins an upload, the PUT that carries the bytes. */
export const uploads: readonly FaultRow[] = [
  {
    fault: 'Looking for a blob gives 503 once',
    effect: 'it is asked for again',
    given: push({ on: 'HEAD blob', do: page(503) }),
    ends: 'done',
    steps: { 'HEAD blob': 4, 'PUT upload': 2 },
  },
  {
    fault: 'Looking for a blob gives 503 every time',
    effect: 'nothing is sent, the tag stays',
    given: push({ on: 'HEAD blob', ...always, do: page(503) }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /503/ },
    steps: { 'PUT upload': 0, 'PUT manifest': 0 },
  },
  ...[403, 405].map(
    (status): FaultRow => ({
      fault: `Looking for a blob gives ${status}`,
      effect: 'the blob counts as absent and is sent',
      given: push({ on: 'HEAD blob', ...always, do: page(status) }),
      ends: 'done',
      steps: { 'HEAD blob': 3 },
    }),
  ),
  {
    fault: '429 with `Retry-After: 7`',
    effect: 'at least that long is waited',
    given: push({ on: 'HEAD blob', do: says(429, 'TOOMANYREQUESTS', { headers: { 'retry-after': '7' } }) }),
    ends: 'done',
    waits: [7000],
  },
  {
    fault: '429 with a date in `Retry-After`',
    effect: 'it is waited until then, at most a minute',
    given: push({ on: 'PUT upload', do: says(429, 'TOOMANYREQUESTS', { headers: { 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' } }) }),
    ends: 'done',
    waits: [60_000],
  },
  {
    fault: '429 without `Retry-After`',
    effect: 'it is waited a random while that grows',
    given: push({ on: 'POST uploads', times: 2, do: says(429, 'TOOMANYREQUESTS') }),
    ends: 'done',
    waits: [0, 0],
  },
  {
    fault: '429 every time',
    effect: 'the push ends after six tries',
    given: push({ on: 'POST uploads', match: /./, ...always, do: says(429, 'TOOMANYREQUESTS') }),
    ends: { code: 'REGISTRY_LIMIT', hint: /login/ },
  },
  ...[500, 502, 504].map(
    (status): FaultRow => ({
      fault: `Beginning an upload gives ${status} with the page of a proxy`,
      effect: 'it is begun again',
      given: push({ on: 'POST uploads', do: page(status) }),
      ends: 'done',
    }),
  ),
  {
    fault: 'Beginning an upload gives 404: the repository does not exist',
    effect: 'the hint says that some registries want it to be created',
    given: push({ on: 'POST uploads', ...always, do: says(404, 'NAME_UNKNOWN') }),
    ends: { code: 'REGISTRY_NOT_FOUND', hint: /created/ },
  },
  {
    fault: 'Beginning an upload gives 403, with a secret and control characters in its words',
    effect: "the registry's words are shown without either",
    given: push({ on: 'POST uploads', ...always, do: says(403, 'DENIED', { message: careless }) }),
    ends: { code: 'REGISTRY_DENIED', says: /no write access/ },
  },
  {
    fault: 'Beginning an upload never gets an answer once',
    effect: 'it is begun again when the time is up',
    given: { ...push({ on: 'POST uploads', do: { kind: 'hang' } }), impatient: true },
    ends: 'done',
  },
  {
    fault: 'Beginning an upload stores the blob at once (201)',
    effect: 'it is taken at its word, and refuted by the manifest',
    given: push({ on: 'POST uploads', ...always, do: page(201) }),
    ends: { code: 'REGISTRY_BLOB_UNKNOWN' },
    steps: { 'PUT upload': 0 },
  },
  ...[0, 1000, 100_000].map(
    (after): FaultRow => ({
      fault: `The connection breaks ${after === 0 ? 'before the first byte' : `after ${after.toLocaleString('en')} bytes`} of a blob`,
      effect: 'the blob is looked for, and sent again from its start',
      given: push({ on: 'PUT upload', nth: 2, do: { kind: 'reset', after } }),
      ends: 'done',
      steps: { 'PUT upload': 3, 'HEAD blob': 4 },
    }),
  ),
  {
    fault: 'The connection breaks in every try of a blob',
    effect: 'the push ends after six tries',
    given: push({ on: 'PUT upload', ...always, do: { kind: 'reset', after: 500 } }),
    ends: { code: 'NETWORK_UNREACHABLE' },
  },
  {
    fault: 'A blob has arrived, but the answer is lost',
    effect: 'it is found there and not sent again',
    given: push({ on: 'PUT upload', do: { kind: 'lose' } }),
    ends: 'done',
    steps: { 'PUT upload': 2, 'HEAD blob': 4 },
  },
  ...[500, 503, 408].map(
    (status): FaultRow => ({
      fault: `Sending a blob gives ${status}`,
      effect: 'the upload is cancelled and the blob sent again',
      given: push({ on: 'PUT upload', do: page(status) }),
      ends: 'done',
      steps: { 'PUT upload': 3, 'DELETE upload': 1 },
    }),
  ),
  ...['BLOB_UPLOAD_UNKNOWN', 'BLOB_UPLOAD_INVALID'].map(
    (code): FaultRow => ({
      fault: `The registry has forgotten an upload (404 ${code})`,
      effect: 'a new one is begun',
      given: push({ on: 'PUT upload', do: says(404, code) }),
      ends: 'done',
      steps: { 'PUT upload': 3 },
    }),
  ),
  {
    fault: 'The registry received other bytes (400 DIGEST_INVALID)',
    effect: 'the push ends',
    given: push({ on: 'PUT upload', ...always, do: says(400, 'DIGEST_INVALID') }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /DIGEST_INVALID/ },
  },
  {
    fault: 'The registry confirms a blob under another digest',
    effect: 'the push ends at once',
    given: push({ on: 'PUT upload', ...always, do: { kind: 'change', headers: { 'docker-content-digest': `sha256:${'0'.repeat(64)}` } } }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /another digest/ },
  },
  {
    fault: 'The registry confirms a blob without a digest, or under one of another algorithm',
    effect: 'that is no fault',
    given: push({ on: 'PUT upload', do: { kind: 'change', headers: { 'docker-content-digest': 'sha512:00' } } }),
    ends: 'done',
    steps: { 'PUT upload': 2 },
  },
  {
    fault: 'A blob is too large for a proxy (413 before it has arrived)',
    effect: 'the answer is read although the connection breaks',
    given: push({ on: 'PUT upload', ...always, do: { kind: 'answer', status: 413, body: '<html>', early: true } }),
    ends: { code: 'REGISTRY_TOO_LARGE', hint: /limit/ },
  },
  {
    fault: 'Sending a blob gives 416',
    effect: 'the push ends',
    given: push({ on: 'PUT upload', ...always, do: says(416, 'RANGE_INVALID') }),
    ends: { code: 'REGISTRY_PROTOCOL', says: /416/ },
  },
  {
    fault: 'A blob never gets an answer once',
    effect: 'it is sent again when the time is up',
    given: { ...push({ on: 'PUT upload', do: { kind: 'hang' } }), impatient: true },
    ends: 'done',
  },
  {
    fault: 'A blob never gets an answer',
    effect: 'the push ends after six tries',
    given: { ...push({ on: 'PUT upload', ...always, do: { kind: 'hang' } }), impatient: true },
    ends: { code: 'NETWORK_TIMEOUT' },
  },
  {
    fault: 'The registry warns in a header (`Warning: 299`)',
    effect: 'each warning is shown once',
    given: push({ on: 'HEAD blob', ...always, do: { kind: 'change', headers: { warning: '299 - "this registry closes soon"' } } }),
    ends: 'done',
  },
];
