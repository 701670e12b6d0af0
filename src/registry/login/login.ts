import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';
import { discardBody, type HttpResponse } from '../../http/index.ts';
import { challengeOf } from '../challenge.ts';
import type { RegistryContext } from '../context.ts';
import { registryFailure } from '../failure.ts';
import { formatPlace, isWithin, type Place } from '../place.ts';
import type { Repository } from '../reference.ts';
import { apiBase, type Endpoint } from '../route/endpoint.ts';
import { isInsecure } from '../route/endpoints.ts';
import { insecureEndpoint } from '../route/insecure.ts';
import { registrySettings } from '../route/settings.ts';
import { basicHeader, fetchToken } from '../token.ts';
import { type AuthFile, type Credential, entryIn, helperIn, helperServer, passwordEntry, readAuthFile } from './auth-file.ts';
import { changeLogin } from './file.ts';
import { eraseFromHelper, type HelperContext, helperProgram, storeInHelper } from './helper.ts';
import { dockerConfigFile, loginPlaces, ownLoginFile } from './places.ts';
import { variableLogin } from './variables.ts';

/** A user name and a password or access token for a registry, or for the part of it below a path. Never printed. */
export interface Login {
  readonly place: Place;
  readonly username: string;
  readonly password: string;
}

/**
 * Asks the registry itself whether it accepts a login: `GET /v2/`, and its token server if it names one (distribution-spec, "Authentication").
 * False if it lets everyone in, so that nothing can be said. Errors: REGISTRY_AUTH, REGISTRY_PROTOCOL, REGISTRY_CONFIG and those of HTTP.
 */
export async function checkLogin({ place, username, password }: Login, context: RegistryContext): Promise<boolean> {
  const endpoint = await endpointOf(place, context);
  const first = await ask(endpoint, {}, context);
  if (first.status !== 401) {
    if (first.status === 200) return false;
    throw await registryFailure(first, { action: `ask ${place.registry} for its API`, registry: place.registry });
  }
  const credential: Credential = { kind: 'password', username, password };
  const headers = await authorization({ place, endpoint, credential, challenged: first }, context).catch((error: unknown) => {
    throw error instanceof ToolError && error.code === 'REGISTRY_AUTH' ? refused(place, error.message) : error;
  });
  const second = await ask(endpoint, headers, context);
  if (second.status === 401 || second.status === 403) throw refused(place, `status ${second.status}`);
  if (second.status === 200) return true;
  throw await registryFailure(second, { action: `log in to ${place.registry}`, registry: place.registry });
}

async function endpointOf(place: Place, context: RegistryContext): Promise<Endpoint> {
  const settings = context.registries ?? registrySettings({});
  const repository = whole(place);
  const rules = await settings.rules();
  return isInsecure(place, { rules, insecure: settings.insecure })
    ? await insecureEndpoint(repository, settings, context)
    : apiBase(repository);
}

async function ask(
  { base, insecure }: Endpoint,
  headers: Readonly<Record<string, string>>,
  context: RegistryContext,
): Promise<HttpResponse> {
  const url = new URL('/v2/', base).href;
  const response = await context.http.request({ method: 'GET', url, headers, insecure: insecure ?? [], signal: context.signal });
  if (response.status === 200) await discardBody(response.body);
  return response;
}

interface Challenged {
  readonly place: Place;
  readonly endpoint: Endpoint;
  readonly credential: Credential;
  readonly challenged: HttpResponse;
}

async function authorization(
  { place, endpoint, credential, challenged }: Challenged,
  context: RegistryContext,
): Promise<Readonly<Record<string, string>>> {
  await discardBody(challenged.body);
  const challenge = challengeOf(challenged);
  if (challenge?.scheme === 'bearer') {
    const { token } = await fetchToken({ registry: place.registry, endpoint, challenge, scopes: [], credential }, context);
    return { authorization: `Bearer ${token}` };
  }
  if (challenge !== undefined) return basicHeader(credential);
  throw new ToolError('REGISTRY_PROTOCOL', `${place.registry} asks for a login of a kind that is not known`, {
    hint: 'check that the name is that of a registry',
  });
}

function refused(place: Place, why: string): ToolError {
  return new ToolError('REGISTRY_AUTH', `${place.registry} does not accept this user name and password`, {
    details: [why],
    hint: "check both; many registries want an access token instead of the account's password",
  });
}

type LoginContext = Pick<Context, 'env'> & HelperContext;

/**
 * Keeps a login: with the helper that Docker's config.json names for the registry, else in Wherry's own file. Helpers know whole registries only, so
 * that a login for a path is always kept in the file. Resolves with the helper's or the file's name.
 * Errors: REGISTRY_HELPER, REGISTRY_CONFIG, LOGIN_FILE_UNSAFE, LOGIN_FILE_WRITE.
 */
export async function saveLogin({ place, username, password }: Login, context: LoginContext): Promise<string> {
  const file = ownFile(context.env);
  const helper = await helperOf(place, context.env);
  if (helper === undefined) {
    await changeLogin(file, formatPlace(place), passwordEntry(username, password));
    return file;
  }
  await storeInHelper(helper, { server: helperServer(place), username, secret: password }, context);
  // An older login in the file would be found first.
  await changeLogin(file, formatPlace(place), undefined);
  return helperProgram(helper);
}

/** Where a login was, and where another one for the same registry still is. */
export interface Forgotten {
  readonly removed: readonly string[];
  readonly left: readonly string[];
}

/** Forgets what `saveLogin` keeps. What other tools keep in their files stays. Errors: as there. */
export async function forgetLogin(place: Place, context: LoginContext): Promise<Forgotten> {
  const file = ownFile(context.env);
  const helper = await helperOf(place, context.env);
  const removed: string[] = [];
  if (await changeLogin(file, formatPlace(place), undefined)) removed.push(file);
  if (helper !== undefined && (await eraseFromHelper(helper, helperServer(place), context))) removed.push(helperProgram(helper));
  return { removed, left: await otherLogins(place, context.env) };
}

/** Names of the variables and files of other tools that hold a login for a place; helpers are not asked. Errors: REGISTRY_CONFIG. */
export async function otherLogins(place: Place, env: Context['env']): Promise<string[]> {
  const found: string[] = [];
  const given = variableLogin(env);
  if (given?.credential.from !== undefined && isWithin(whole(place), given.place)) found.push(given.credential.from);
  for (const { file, owner } of loginPlaces(env)) {
    const content = owner === 'wherry' ? undefined : await readAuthFile(file);
    if (content !== undefined && entryIn(content, whole(place)) !== undefined) found.push(file);
  }
  return found;
}

async function helperOf(place: Place, env: Context['env']): Promise<string | undefined> {
  const file = dockerConfigFile(env);
  const content: AuthFile | undefined = file === undefined || place.path !== '' ? undefined : await readAuthFile(file);
  return content === undefined ? undefined : helperIn(content, whole(place));
}

function ownFile(env: Context['env']): string {
  const file = ownLoginFile(env);
  if (file !== undefined) return file;
  throw new ToolError('LOGIN_FILE_WRITE', 'there is no place to keep a login: neither HOME nor XDG_CONFIG_HOME is set');
}

function whole({ registry, path }: Place): Repository {
  return { registry, repository: path };
}
