import { ToolError } from '../errors/index.ts';
import type { HttpResponse } from '../http/index.ts';
import { type Challenge, challengeOf } from './challenge.ts';
import type { RegistryContext } from './context.ts';
import { type Credential, findCredential } from './login/credentials.ts';
import type { Repository } from './reference.ts';
import { remembered } from './remember.ts';
import type { Endpoint } from './route/endpoint.ts';
import { basicHeader, fetchToken } from './token.ts';

/** What one request needs to be allowed. */
export interface Need {
  readonly repository: Repository;
  readonly endpoint: Endpoint;
  /** `repository:team/app:pull,push`. Some registries look only at the first scope. */
  readonly scope: string;
  /** Further scopes, which the token server may refuse. */
  readonly extra: readonly string[];
}

/** An `authorization` header, and until when (milliseconds since 1970) and for what it is good. */
export interface Grant {
  readonly header: string;
  readonly expires: number;
  readonly scopes: readonly string[];
}

/** What was learned about logins. */
export interface AuthMemory {
  /** How each origin asks: scheme, token server and service. */
  readonly challenges: Map<string, Challenge>;
  readonly grants: Map<string, Promise<Grant | undefined>>;
  readonly credentials: Map<string, Promise<Credential | undefined>>;
}

/** Finds what to send along with requests of one need. */
export interface Authorizer {
  /** Before a request: a grant at hand, or a new one where the registry is known to want it. */
  ready(): Promise<Grant | undefined>;
  /**
   * After a refusal: another grant than `used`, or undefined if there is nothing else to try. `last` says that `used` was made for this very
   * request, so that only more scopes can help.
   */
  renew(refusal: HttpResponse, used: Grant | undefined, last: boolean): Promise<Grant | undefined>;
}

/** Errors of both: REGISTRY_AUTH, REGISTRY_LIMIT, REGISTRY_CONFIG, REGISTRY_PROTOCOL and those of HTTP. */
export function authorizer(need: Need, memory: AuthMemory, context: RegistryContext): Authorizer {
  const { origin } = new URL(need.endpoint.base);
  const key = [origin, need.repository.registry, need.scope, ...need.extra].join(' ');
  // Another request that ran at the same time may have asked already; then its answer is newer than what this one used.
  const learn = async (used: Grant | undefined, scopes: readonly string[], challenge: Challenge): Promise<Grant | undefined> => {
    const known = memory.grants.get(key);
    const grant = await known?.catch(() => undefined);
    if (grant !== undefined && grant !== used && isFresh(grant)) return grant;
    const current = memory.grants.get(key);
    if (current !== known && current !== undefined) return await current;
    const asking = obtain({ need, challenge, scopes }, memory, context);
    memory.grants.set(key, asking);
    asking.catch(() => memory.grants.delete(key));
    return await asking;
  };
  return {
    ready: async () => {
      const grant = await memory.grants.get(key)?.catch(() => undefined);
      if (grant !== undefined && isFresh(grant)) return grant;
      const challenge = memory.challenges.get(origin);
      if (challenge === undefined) return undefined;
      // A refusal here is not the last word: the registry may allow this request without a login.
      return await learn(grant, grant?.scopes ?? [need.scope, ...need.extra], challenge).catch(() => undefined);
    },
    renew: async (refusal, used, last) => {
      const challenge = challengeOf(refusal);
      if (challenge === undefined) return undefined;
      const scopes = wantedScopes(need, challenge, last);
      const isNarrow = last || challenge.parameters.error === 'insufficient_scope';
      // Nothing that the token server has not been asked for already.
      if (used !== undefined && isNarrow && (challenge.scheme === 'basic' || !adds(scopes, used.scopes))) return undefined;
      const grant = await learn(used, scopes, challenge);
      if (grant !== undefined) memory.challenges.set(origin, withoutScope(challenge));
      // A stored credential that was refused once is not sent again.
      return grant?.expires === Infinity && grant.header === used?.header ? undefined : grant;
    },
  };
}

/** Whether an answer asks for a login or for a wider token (RFC 6750 §3.1 has the latter as 403 too). */
export function isRefusal(response: HttpResponse): boolean {
  if (response.status === 401) return true;
  return response.status === 403 && challengeOf(response)?.parameters.error === 'insufficient_scope';
}

interface Question {
  readonly need: Need;
  readonly challenge: Challenge;
  readonly scopes: readonly string[];
}

async function obtain(question: Question, memory: AuthMemory, context: RegistryContext): Promise<Grant | undefined> {
  const { need, challenge, scopes } = question;
  const credential = await credentialOf(need.repository, memory, context);
  if (credential?.kind === 'bearer') return { header: `Bearer ${credential.token}`, expires: Infinity, scopes };
  if (challenge.scheme === 'bearer') return await bearer(question, credential, context);
  const { authorization } = basicHeader(credential);
  return authorization === undefined ? undefined : { header: authorization, expires: Infinity, scopes };
}

async function bearer({ need, challenge, scopes }: Question, credential: Credential | undefined, context: RegistryContext): Promise<Grant> {
  const ask = async (wanted: readonly string[]): Promise<Grant> => {
    const { repository, endpoint } = need;
    const { token, expires } = await fetchToken(
      { registry: repository.registry, endpoint, challenge, scopes: wanted, credential },
      context,
    );
    return { header: `Bearer ${token}`, expires, scopes };
  };
  const plain = scopes.filter((scope) => !need.extra.includes(scope));
  if (plain.length === scopes.length) return await ask(scopes);
  return await ask(scopes).catch(async (error: unknown) => {
    // The source of a mount may be out of reach for this account; the upload itself is not.
    if (error instanceof ToolError && error.code === 'REGISTRY_AUTH') return await ask(plain);
    throw error;
  });
}

async function credentialOf(repository: Repository, memory: AuthMemory, context: RegistryContext): Promise<Credential | undefined> {
  const key = `${repository.registry}/${repository.repository}`;
  return await remembered(memory.credentials, key, async () => await findCredential(repository, context));
}

// What the registry says it wants comes first, if our own scope was not enough.
function wantedScopes({ scope, extra }: Need, { parameters }: Challenge, last: boolean): string[] {
  const asked = last || parameters.error === 'insufficient_scope' ? (parameters.scope ?? '').split(' ').filter(Boolean) : [];
  return [...new Set([...asked, scope, ...extra])];
}

function adds(scopes: readonly string[], known: readonly string[]): boolean {
  return scopes.some((scope) => !known.includes(scope));
}

function withoutScope({ scheme, parameters: { realm, service } }: Challenge): Challenge {
  return { scheme, parameters: { ...(realm === undefined ? {} : { realm }), ...(service === undefined ? {} : { service }) } };
}

function isFresh({ expires }: Grant): boolean {
  return Date.now() < expires;
}
