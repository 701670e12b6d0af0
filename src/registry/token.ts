import { z } from 'zod';
import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import { discardBody, type HttpResponse, isListed, isLoopback, isPrivate, readBody, redact } from '../http/index.ts';
import type { Challenge } from './challenge.ts';
import { asFinal } from './failure.ts';
import type { Credential } from './login/credentials.ts';
import type { Endpoint } from './route/endpoint.ts';

/** What a Bearer token is asked for. */
export interface TokenRequest {
  readonly registry: string;
  readonly endpoint: Endpoint;
  readonly challenge: Challenge;
  /** `repository:library/python:pull`, the most important one first. */
  readonly scopes: readonly string[];
  readonly credential: Credential | undefined;
}

/** A token, and when it should no longer be used, in milliseconds since 1970. */
export interface Token {
  readonly token: string;
  readonly expires: number;
}

const tokenSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  /** Seconds. */
  expires_in: z.number().positive().optional().catch(undefined),
  issued_at: z.string().optional().catch(undefined),
});
const maxTokenBody = 65_536;
/** Seconds that a token lives if its server does not say (distribution-spec token authentication). */
const defaultLife = 60;

/**
 * Fetches a Bearer token (distribution-spec token authentication): OAuth2 for identity tokens, else GET with Basic or anonymously.
 * Errors: REGISTRY_AUTH, REGISTRY_PROTOCOL, and those of HTTP.
 */
export async function fetchToken(request: TokenRequest, context: Pick<Context, 'http' | 'signal'>): Promise<Token> {
  const realm = checkRealm(request);
  const asked = Date.now();
  const response = await ask(realm, request, context).catch((error: unknown) => {
    throw asFinal(error);
  });
  if (response.status !== 200) {
    await discardBody(response.body);
    throw refused(request, realm, response.status);
  }
  const answer = tokenSchema.safeParse(parseJson(await readBody(response, maxTokenBody)));
  const token = answer.data?.token ?? answer.data?.access_token;
  if (token === undefined || token === '') throw new ToolError('REGISTRY_PROTOCOL', `no token in the answer of ${redact(realm.href)}`);
  return { token, expires: expiry(asked, answer.data?.expires_in ?? defaultLife, answer.data?.issued_at) };
}

/** A tenth earlier than the token's end, so that it does not run out on the way. The server's clock counts only if it makes sense here. */
function expiry(asked: number, life: number, issuedAt: string | undefined): number {
  const usable = Math.max(life * 900, (life - 30) * 1000);
  const issued = issuedAt === undefined ? Number.NaN : Date.parse(issuedAt);
  return issued < asked && issued + usable > asked ? issued + usable : asked + usable;
}

async function ask(realm: URL, request: TokenRequest, context: Pick<Context, 'http' | 'signal'>): Promise<HttpResponse> {
  const { credential } = request;
  if (credential?.kind === 'identity') {
    const response = await askOAuth(realm, request, { ...context, token: credential.token });
    if (response.status !== 404 && response.status !== 405) return response;
    await discardBody(response.body);
  }
  const url = new URL(realm);
  if (request.challenge.parameters.service !== undefined) url.searchParams.set('service', request.challenge.parameters.service);
  for (const scope of request.scopes) url.searchParams.append('scope', scope);
  const { insecure = [] } = request.endpoint;
  return await context.http.request({ method: 'GET', url: url.href, headers: basicHeader(credential), insecure, signal: context.signal });
}

async function askOAuth(
  realm: URL,
  { challenge, scopes, endpoint }: TokenRequest,
  { http, signal, token }: Pick<Context, 'http' | 'signal'> & { readonly token: string },
): Promise<HttpResponse> {
  const form = new URLSearchParams({ grant_type: 'refresh_token', client_id: 'wherry', refresh_token: token, scope: scopes.join(' ') });
  if (challenge.parameters.service !== undefined) form.set('service', challenge.parameters.service);
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const { insecure = [] } = endpoint;
  return await http.request({ method: 'POST', url: realm.href, headers, body: form.toString(), insecure, signal, retries: 2 });
}

/** The `authorization` header of a user and password; none for anything else. */
export function basicHeader(credential: Credential | undefined): Record<string, string> {
  if (credential?.kind !== 'password') return {};
  return { authorization: `Basic ${Buffer.from(`${credential.username}:${credential.password}`).toString('base64')}` };
}

// Credentials go there: only by https, or where the registry itself may be asked by http; and a public registry must not point at addresses
// inside the network.
function checkRealm({ registry, endpoint, challenge }: TokenRequest): URL {
  const text = challenge.parameters.realm ?? '';
  const host = new URL(endpoint.base).hostname;
  if (!URL.canParse(text)) throw new ToolError('REGISTRY_PROTOCOL', `${registry} names no token server in its challenge`);
  const realm = new URL(text);
  const isPlain = realm.protocol !== 'https:' && !isLoopback(realm.hostname) && !isListed(realm, endpoint.insecure);
  if (isPlain) throw refusedRealm(registry, text, 'without https');
  if (realm.hostname !== host && isPrivate(realm.hostname) && !isPrivate(host)) throw refusedRealm(registry, text, 'at a private address');
  return realm;
}

function refusedRealm(registry: string, realm: string, why: string): ToolError {
  return new ToolError('NETWORK_REFUSED_URL', `${registry} names a token server ${why}: ${redact(realm)}`);
}

function refused({ registry, credential }: TokenRequest, realm: URL, status: number): ToolError {
  const place = `${redact(realm.href)} (status ${status})`;
  if (status === 429)
    return new ToolError('REGISTRY_LIMIT', `too many token requests to ${place}`, { hint: 'wait, or log in to the registry' });
  if (status >= 500) return new ToolError('REGISTRY_PROTOCOL', `the token server of ${registry} failed: ${place}`);
  const what = credential === undefined ? 'gave no anonymous token' : 'refused the stored credentials';
  return new ToolError('REGISTRY_AUTH', `the token server of ${registry} ${what}: ${place}`, {
    details: credential?.from === undefined ? [] : [`they come from ${credential.from}`],
    hint: `log in with: wherry login ${registry}`,
  });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
}
