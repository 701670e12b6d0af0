import type { Context } from '../context.ts';
import { discardBody, type HttpRequest, type HttpResponse, isLoopback } from '../http/index.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Credential, findCredential } from './credentials.ts';
import { apiHost, type Repository } from './reference.ts';
import { basicHeader, fetchToken } from './token.ts';

/** A request below `/v2/NAME/` of a repository. */
export interface RegistryRequest {
  readonly method: HttpRequest['method'];
  readonly repository: Repository;
  /** Relative to `/v2/NAME/`, for example `manifests/latest`; or a URL reference that the registry named in `Location`. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** What the token must allow; the first scope is this repository's. Default `pull`. */
  readonly actions?: 'pull' | 'pull,push';
  /** Further scopes, for example of a mount's source. */
  readonly scopes?: readonly string[];
}

/** Sends authorised requests to registries. */
export interface Transport {
  /** Resolves with the final answer of any status; 401 means that no credential at hand was accepted. */
  send(request: RegistryRequest): Promise<HttpResponse>;
}

export type RegistryContext = Pick<Context, 'http' | 'env' | 'emit' | 'signal'>;

/**
 * Makes a transport: it asks without a login first, answers one Basic or Bearer challenge, and keeps what it learned per registry and
 * scope set. Credentials go to their registry and to the token server that it names, nowhere else (oci.md §2.4).
 */
export function createTransport(context: RegistryContext): Transport {
  const memory = new Map<string, Promise<string | undefined>>();
  const learn = (
    key: string,
    stale: Promise<string | undefined> | undefined,
    start: () => Promise<string | undefined>,
  ): Promise<string | undefined> => {
    const newer = memory.get(key);
    // Another request that ran at the same time has already asked.
    if (newer !== undefined && newer !== stale) return newer;
    const learned = start();
    memory.set(key, learned);
    learned.catch(() => memory.delete(key));
    return learned;
  };
  return {
    send: async (request) => {
      const key = memoryKey(request);
      const known = memory.get(key);
      const first = await transmit(request, await known, context);
      if (first.status !== 401) return first;
      await discardBody(first.body);
      return await transmit(request, await learn(key, known, () => authorize(request, first, context)), context);
    },
  };
}

async function transmit(
  request: RegistryRequest,
  authorization: string | undefined,
  { http, signal }: RegistryContext,
): Promise<HttpResponse> {
  const base = apiBase(request.repository);
  const url = new URL(request.path, base);
  // An upload location may lie on another host, which must not see the credentials.
  const trusted = url.origin === new URL(base).origin;
  return await http.request({
    method: request.method,
    url: url.href,
    headers: { ...request.headers, ...(authorization === undefined || !trusted ? {} : { authorization }) },
    ...(request.body === undefined ? {} : { body: request.body }),
    signal,
  });
}

async function authorize(request: RegistryRequest, answer: HttpResponse, context: RegistryContext): Promise<string | undefined> {
  const challenges = parseChallenges(answer.headers['www-authenticate'] ?? '');
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  const basic = challenges.find(({ scheme }) => scheme === 'basic');
  const credential = await findCredential(request.repository, context);
  if (credential?.kind === 'bearer') return `Bearer ${credential.token}`;
  if (bearer !== undefined) return await bearerHeader(request, { challenge: bearer, credential }, context);
  return basic === undefined ? undefined : basicHeader(credential).authorization;
}

async function bearerHeader(
  request: RegistryRequest,
  { challenge, credential }: { readonly challenge: Challenge; readonly credential: Credential | undefined },
  context: RegistryContext,
): Promise<string> {
  const { registry } = request.repository;
  return `Bearer ${await fetchToken({ registry, challenge, scopes: wantedScopes(request, challenge), credential }, context)}`;
}

// Some registries look only at the first scope, so ours comes first; what the challenge asks for beyond it follows (oci.md §2.4).
function wantedScopes(request: RegistryRequest, challenge: Challenge): string[] {
  const asked = challenge.parameters.error === 'insufficient_scope' ? (challenge.parameters.scope ?? '').split(' ').filter(Boolean) : [];
  return [...new Set([...asked, ...scopesOf(request)])];
}

function scopesOf({ repository, actions = 'pull', scopes = [] }: RegistryRequest): string[] {
  return [`repository:${repository.repository}:${actions}`, ...scopes];
}

function memoryKey(request: RegistryRequest): string {
  return [request.repository.registry, ...scopesOf(request)].join(' ');
}

function apiBase({ registry, repository }: Repository): string {
  const host = apiHost(registry);
  const scheme = isLoopback(new URL(`https://${host}`).hostname) ? 'http' : 'https';
  return `${scheme}://${host}/v2/${repository}/`;
}
