import { next, type State } from './state.ts';
import { type Asked, failure, json, type Reply } from './types.ts';

/** The one account, as a `Basic` header. */
export const basicLogin = `Basic ${Buffer.from('user:secret').toString('base64')}`;

/** The refresh token of the one account, as `docker login` keeps it in `identitytoken`. */
export const refreshToken = 'refresh-token-of-the-test-registry';

/** What a request needs, as `REPOSITORY:ACTION`. */
function needs({ method, route, url }: Asked): string[] {
  const { repository } = route;
  if (repository === '') return [];
  if (method === 'GET' || method === 'HEAD') return [`${repository}:pull`];
  if (method === 'DELETE' && route.kind !== 'upload') return [`${repository}:delete`];
  const from = route.kind === 'mount' ? url.searchParams.get('from') : null;
  return [`${repository}:pull`, `${repository}:push`, ...(from === null ? [] : [`${from}:pull`])];
}

/** The challenge that a request gets, or undefined if it is allowed. */
export function refuse(state: State, asked: Asked): Reply | undefined {
  const { login = 'none' } = state.options;
  const given = asked.headers.authorization;
  if (login === 'none' || (login === 'basic' && given === basicLogin)) return undefined;
  if (login === 'basic') return challenged('Basic realm="test"');
  const token = state.tokens.get(given?.replace(/^Bearer /, '') ?? '');
  if (token === undefined || token.left <= 0) return challengeOf(state, asked, given === undefined ? {} : { error: 'invalid_token' });
  token.left -= 1;
  return needs(asked).every((one) => token.grants.has(one)) ? undefined : challengeOf(state, asked, { error: 'insufficient_scope' });
}

/** The Bearer challenge that a request gets (RFC 6750 §3). */
export function challengeOf(state: State, asked: Asked, { error, scope }: { readonly error?: string; readonly scope?: string }): Reply {
  const realm = `Bearer realm="${state.origins.registry}/token",service="test",scope="${scope ?? scopesOf(needs(asked))}"`;
  return challenged(error === undefined ? realm : `${realm},error="${error}"`);
}

function challenged(header: string): Reply {
  const reply = failure(401, 'UNAUTHORIZED');
  return { ...reply, headers: { ...reply.headers, 'www-authenticate': header } };
}

/** `repository:a:pull,push repository:b:pull`. */
function scopesOf(needed: readonly string[]): string {
  const byRepository = Map.groupBy(needed, (one) => one.slice(0, one.lastIndexOf(':')));
  return [...byRepository]
    .map(([name, ones]) => `repository:${name}:${ones.map((one) => one.slice(one.lastIndexOf(':') + 1)).join(',')}`)
    .join(' ');
}

/** The token server: GET with Basic or anonymously, POST with a refresh token (distribution-spec token authentication, OAuth2). */
export function answerToken(state: State, asked: Asked): Reply {
  const { tokens: { refresh = true } = {}, anonymous = true } = state.options;
  if (asked.method === 'POST') return refresh ? answerRefresh(state, asked) : failure(404, 'UNSUPPORTED');
  const given = asked.headers.authorization;
  if (given === undefined ? !anonymous : given !== basicLogin) return failure(401, 'UNAUTHORIZED');
  return json(200, { token: issue(state, asked.url.searchParams.getAll('scope').join(' '), given === undefined ? undefined : 'user') });
}

function answerRefresh(state: State, { body }: Asked): Reply {
  const form = new URLSearchParams(Buffer.from(body).toString());
  if (form.get('grant_type') !== 'refresh_token' || form.get('refresh_token') !== refreshToken)
    return json(400, { error: 'invalid_grant' });
  return json(200, { access_token: issue(state, form.get('scope') ?? '', 'user'), refresh_token: refreshToken });
}

function issue(state: State, scopes: string, account: string | undefined): string {
  const { uses = Number.POSITIVE_INFINITY, grant = grantAll } = state.options.tokens ?? {};
  const grants = scopes.split(' ').flatMap((scope) => {
    const [, repository = '', actions = ''] = /^repository:(.+):([a-z,*]+)$/.exec(scope) ?? [];
    return grant(repository, actions.split(','), account).map((action) => `${repository}:${action}`);
  });
  const token = `token-of-the-test-registry-${next(state)}`;
  state.tokens.set(token, { grants: new Set(grants), left: uses });
  return token;
}

function grantAll(_repository: string, actions: readonly string[], account: string | undefined): readonly string[] {
  return account === undefined ? actions.filter((action) => action === 'pull') : actions;
}
