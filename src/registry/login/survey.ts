import type { Context } from '../../context.ts';
import { formatPlace } from '../place.ts';
import { normalKey } from './auth-file.ts';
import { readLogins } from './credentials.ts';
import { loginPlaces } from './places.ts';
import { variableLogin } from './variables.ts';

/** A place that holds logins: the names of registries, never a user or a secret. */
export interface LoginSurvey {
  /** A file, or the variable. */
  readonly place: string;
  readonly registries: readonly string[];
  /** Programs that are asked for logins; which they know is not asked here. */
  readonly helpers: readonly string[];
  /** Why the place cannot be used. */
  readonly problem?: string;
}

/** What `findCredential` looks into on this machine, in its order; places that do not exist are left out. */
export async function surveyLogins(env: Context['env']): Promise<LoginSurvey[]> {
  const files = await Promise.all(
    loginPlaces(env).map(async (place) => {
      try {
        const content = await readLogins(place);
        if (content === undefined) return undefined;
        const registries = Object.entries(content.auths ?? {}).flatMap(([name, entry]) => (isEmpty(entry) ? [] : [normalKey(name)]));
        const helpers = [...Object.values(content.credHelpers ?? {}), content.credsStore ?? ''].filter((name) => name !== '');
        return { place: place.file, registries, helpers: [...new Set(helpers)] };
      } catch (error) {
        return { place: place.file, registries: [], helpers: [], problem: messageOf(error) };
      }
    }),
  );
  return [...variables(env), ...files.filter((found) => found !== undefined)];
}

function variables(env: Context['env']): LoginSurvey[] {
  try {
    const login = variableLogin(env);
    return login === undefined ? [] : [{ place: login.credential.from ?? '', registries: [formatPlace(login.place)], helpers: [] }];
  } catch (error) {
    return [{ place: 'WHERRY_REGISTRY', registries: [], helpers: [], problem: messageOf(error) }];
  }
}

function isEmpty(entry: object | null): boolean {
  return entry === null || Object.keys(entry).length === 0;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
