import type { Context } from '../../context.ts';
import { isWithin } from '../place.ts';
import type { Repository } from '../reference.ts';
import { type AuthFile, type Credential, entryIn, helperIn, helperServer, readAuthFile } from './auth-file.ts';
import { readLoginFile } from './file.ts';
import { askHelper, type HelperContext, type HelperLogin, helperProgram } from './helper.ts';
import { type LoginPlace, loginPlaces } from './places.ts';
import { variableLogin } from './variables.ts';

export { type Credential, hubServer } from './auth-file.ts';

export type CredentialContext = Pick<Context, 'env'> & HelperContext;

/**
 * Looks for credentials of a repository, the first that is found wins: `WHERRY_REGISTRY_*`, then the files of `loginPlaces`, in each of them
 * `credHelpers`, `credsStore` and the longest key of `auths`. Undefined: ask anonymously. Errors: REGISTRY_CONFIG, LOGIN_FILE_UNSAFE.
 */
export async function findCredential(repository: Repository, context: CredentialContext): Promise<Credential | undefined> {
  const given = variableLogin(context.env);
  if (given !== undefined && isWithin(repository, given.place)) return given.credential;
  for (const place of loginPlaces(context.env)) {
    const content = await readLogins(place);
    const found = content === undefined ? undefined : await fromFile(content, { repository, file: place.file }, context);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The content of one place. Errors: REGISTRY_CONFIG, LOGIN_FILE_UNSAFE. */
export async function readLogins({ owner, file }: LoginPlace): Promise<AuthFile | undefined> {
  return owner === 'wherry' ? await readLoginFile(file) : await readAuthFile(file);
}

interface Wanted {
  readonly repository: Repository;
  readonly file: string;
}

async function fromFile(content: AuthFile, { repository, file }: Wanted, context: CredentialContext): Promise<Credential | undefined> {
  const helper = helperIn(content, repository);
  const answer = helper === undefined ? undefined : await askHelper(helper, helperServer(repository), context);
  if (answer !== undefined && helper !== undefined) return { ...fromHelper(answer), from: helperProgram(helper) };
  const entry = entryIn(content, repository);
  return entry === undefined ? undefined : { ...entry, from: file };
}

function fromHelper({ username, secret }: HelperLogin): Credential {
  return username === '<token>' ? { kind: 'identity', token: secret } : { kind: 'password', username, password: secret };
}
