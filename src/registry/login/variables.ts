import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';
import { type Place, parsePlace } from '../place.ts';
import type { Credential } from './auth-file.ts';

/** A login from the environment, and the one registry that it is for. */
export interface VariableLogin {
  readonly place: Place;
  readonly credential: Credential;
}

/**
 * The login of `WHERRY_REGISTRY_USERNAME` and `WHERRY_REGISTRY_PASSWORD`, or of `WHERRY_REGISTRY_TOKEN` (a ready Bearer token), for the
 * registry that `WHERRY_REGISTRY` names. Empty variables count as unset. Errors: REGISTRY_CONFIG.
 */
export function variableLogin(env: Context['env']): VariableLogin | undefined {
  const credential = credentialOf(env);
  if (credential === undefined) return undefined;
  const name = env.WHERRY_REGISTRY;
  if (!name) throw broken(`${credential.from} is set, but WHERRY_REGISTRY does not say for which registry`);
  const place = parsePlace(name);
  if (place === undefined) throw broken(`WHERRY_REGISTRY is not HOST[:PORT][/PATH]: ${JSON.stringify(withoutUserinfo(name))}`);
  return { place, credential };
}

function credentialOf(env: Context['env']): Credential | undefined {
  const [username, password] = [env.WHERRY_REGISTRY_USERNAME, env.WHERRY_REGISTRY_PASSWORD];
  const token = env.WHERRY_REGISTRY_TOKEN;
  if (token && (username || password)) throw broken('WHERRY_REGISTRY_TOKEN is set beside a user or password; set one of the two logins');
  if (token) return { kind: 'bearer', token, from: 'WHERRY_REGISTRY_TOKEN' };
  if (!username && !password) return undefined;
  if (!username) throw broken('WHERRY_REGISTRY_PASSWORD is set without WHERRY_REGISTRY_USERNAME');
  if (!password) throw broken('WHERRY_REGISTRY_USERNAME is set without WHERRY_REGISTRY_PASSWORD');
  return { kind: 'password', username, password, from: 'WHERRY_REGISTRY_USERNAME' };
}

function withoutUserinfo(text: string): string {
  return text.replace(/[^/]*@/, '');
}

function broken(message: string): ToolError {
  return new ToolError('REGISTRY_CONFIG', message, {
    hint: 'set WHERRY_REGISTRY=HOST with WHERRY_REGISTRY_USERNAME and WHERRY_REGISTRY_PASSWORD, or with WHERRY_REGISTRY_TOKEN',
  });
}
