import type { Deed, Fault } from '../registry/index.ts';
import { always, type FaultRow, type Given, page, push } from './row.ts';

const bearer = { login: 'bearer', anonymous: false } as const;

const tokens = (deed: Deed, times = 1): Given => ({ ...push({ on: 'GET token', times, do: deed }), registry: bearer });

/** A login that the test registry's own cannot show: whatever is asked for it says no. */
const refusing = (on: Fault['on'], challenge: string, times = 1): Fault => ({
  on,
  times,
  do: { kind: 'answer', status: 401, headers: { 'www-authenticate': challenge } },
});

/** Logins and tokens. */
export const logins: readonly FaultRow[] = [
  {
    fault: 'The registry wants a Basic login',
    effect: 'the stored one is sent',
    given: { ...push(), registry: { login: 'basic' } },
    ends: 'done',
  },
  {
    fault: 'The registry wants a token',
    effect: 'one is asked for with the stored login',
    given: { ...push(), registry: bearer },
    ends: 'done',
  },
  {
    fault: 'The stored login is wrong (Basic)',
    effect: 'it is sent once and not again',
    given: { ...push(), registry: { login: 'basic' }, login: 'wrong password' },
    ends: { code: 'REGISTRY_AUTH', hint: /login/ },
  },
  {
    fault: 'The stored login is wrong (token server)',
    effect: 'nothing is sent',
    given: { ...push(), registry: bearer, login: 'wrong password' },
    ends: { code: 'REGISTRY_AUTH', hint: /login/ },
    steps: { 'PUT upload': 0 },
  },
  {
    fault: 'There is no login, and anonymous tokens are for reading',
    effect: 'the push ends with the hint to log in',
    given: { ...push(), registry: { login: 'bearer' }, login: 'none' },
    ends: { code: 'REGISTRY_AUTH', hint: /login/ },
  },
  {
    fault: 'A token is good for a few requests',
    effect: 'a new one is asked for when it is used up',
    given: { ...push(), registry: { ...bearer, tokens: { uses: 4 } } },
    ends: 'done',
  },
  {
    fault: 'A token expires while a blob is sent (401 after its bytes)',
    effect: 'a new one is asked for, and the blob sent again',
    given: { ...push({ on: 'PUT upload', do: { kind: 'refuse', error: 'invalid_token' } }), registry: bearer },
    ends: 'done',
    steps: { 'PUT upload': 3 },
  },
  {
    fault: 'A token expires before the tag is stored',
    effect: 'a new one is asked for, and the tag stored',
    given: {
      ...push({ on: 'PUT manifest', match: /manifests\/1$/, do: { kind: 'refuse', error: 'invalid_token' } }),
      registry: bearer,
    },
    ends: 'done',
    steps: { 'PUT manifest': 3 },
  },
  {
    fault: 'The tag gives 401 every time',
    effect: 'the push ends, the tag stays',
    given: {
      ...push({ on: 'PUT manifest', match: /manifests\/1$/, ...always, do: { kind: 'refuse', error: 'invalid_token' } }),
      registry: bearer,
    },
    ends: { code: 'REGISTRY_AUTH' },
  },
  {
    fault: 'The token is too narrow (`insufficient_scope`)',
    effect: 'one is asked for with the scope that the registry names first',
    given: {
      ...push({ on: 'POST uploads', do: { kind: 'refuse', error: 'insufficient_scope', scope: 'repository:team/app:pull,push,create' } }),
      registry: bearer,
    },
    ends: 'done',
  },
  {
    fault: 'The account may read the repository but not write it',
    effect: 'the push ends',
    given: {
      ...push(),
      registry: { ...bearer, tokens: { grant: (_repository, actions) => actions.filter((action) => action === 'pull') } },
    },
    ends: { code: 'REGISTRY_AUTH' },
    steps: { 'PUT upload': 0 },
  },
  { fault: 'The token server gives 503 once', effect: 'it is asked again', given: tokens(page(503)), ends: 'done' },
  {
    fault: 'The token server gives 503 every time',
    effect: 'nothing is sent',
    given: tokens(page(503), Number.POSITIVE_INFINITY),
    ends: { code: 'REGISTRY_PROTOCOL', says: /token server/ },
  },
  {
    fault: 'The token server breaks the connection once',
    effect: 'it is asked again',
    given: tokens({ kind: 'reset', after: 0 }),
    ends: 'done',
  },
  {
    fault: 'The token server never answers',
    effect: 'nothing is sent',
    given: { ...tokens({ kind: 'hang' }, Number.POSITIVE_INFINITY), impatient: true },
    ends: { code: 'NETWORK_TIMEOUT' },
  },
  {
    fault: 'The token server answers with a page',
    effect: 'nothing is sent',
    given: tokens(page(200), Number.POSITIVE_INFINITY),
    ends: { code: 'REGISTRY_PROTOCOL', says: /no token/ },
  },
  {
    fault: 'The token server answers with 100 kB',
    effect: 'it is not read to its end',
    given: tokens({ kind: 'answer', status: 200, body: JSON.stringify({ token: 'x'.repeat(100_000) }) }, Number.POSITIVE_INFINITY),
    ends: { code: 'NETWORK_PROTOCOL', says: /larger/ },
  },
  {
    fault: 'The token server limits requests (429)',
    effect: 'it is waited as long as it says',
    given: tokens({ kind: 'answer', status: 429, headers: { 'retry-after': '5' } }),
    ends: 'done',
    waits: [5000],
  },
  {
    fault: 'A refresh token is stored (OAuth2)',
    effect: 'it is exchanged for a token',
    given: { ...push(), registry: bearer, login: 'refresh token' },
    ends: 'done',
  },
  {
    fault: 'The stored refresh token is not accepted',
    effect: 'nothing is sent',
    given: { ...push(), registry: bearer, login: 'wrong refresh token' },
    ends: { code: 'REGISTRY_AUTH', hint: /login/ },
  },
  {
    fault: 'A refresh token is stored, and the token server has no OAuth2',
    effect: 'a token is asked for without it',
    given: { ...push(), registry: { ...bearer, tokens: { refresh: false } }, login: 'refresh token' },
    ends: { code: 'REGISTRY_AUTH' },
  },
  ...[
    ['by plain http', 'http://registry.example/token'],
    ['at an address inside the network', 'https://192.168.0.1/token'],
  ].map(
    ([where, realm]): FaultRow => ({
      fault: `The registry names a token server ${where}`,
      effect: 'no credential is sent there',
      given: { ...push(refusing('HEAD blob', `Bearer realm="${realm}"`, Number.POSITIVE_INFINITY)), names: true },
      ends: { code: 'NETWORK_REFUSED_URL', says: /token server/ },
    }),
  ),
  {
    fault: 'The registry names no token server',
    effect: 'nothing is sent',
    given: push(refusing('HEAD blob', 'Bearer service="x"', Number.POSITIVE_INFINITY)),
    ends: { code: 'REGISTRY_PROTOCOL', says: /token server/ },
  },
  {
    fault: 'The registry wants a login of an unknown kind',
    effect: 'the push ends with the hint to log in',
    given: push(refusing('HEAD blob', 'Negotiate', Number.POSITIVE_INFINITY)),
    ends: { code: 'REGISTRY_AUTH' },
  },
];
