import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { ToolError } from '../../errors/index.ts';
import { apiHost, defaultRegistry, type Repository } from '../reference.ts';

/** What a registry's token server or the registry itself is given. Never printed. */
export type Credential = (
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A ready Bearer token. */
  | { readonly kind: 'bearer'; readonly token: string }
) & {
  /** The file, program or variable that it comes from, for messages. */
  readonly from?: string;
};

const entrySchema = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: z.string().optional(),
});
const fileSchema = z.object({
  auths: z.record(z.string(), entrySchema.nullable()).nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});
type AuthEntry = z.infer<typeof entrySchema>;
/** Docker's config.json, containers' auth.json, and Wherry's own: one format. */
export type AuthFile = z.infer<typeof fileSchema>;

const hubHost = 'index.docker.io';

/** The server name under which Docker keeps the default registry's login: a URL, for historical reasons. */
export const hubServer = `https://${hubHost}/v1/`;

/** A file with logins, or undefined if there is none. Errors: REGISTRY_CONFIG, without the file's content. */
export async function readAuthFile(file: string): Promise<AuthFile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : parseAuthFile(text, file);
}

/** Reads the text of a file with logins. Errors: REGISTRY_CONFIG. */
export function parseAuthFile(text: string, file: string): AuthFile {
  try {
    // `touch` makes one that tools take for empty.
    return text.trim() === '' ? {} : fileSchema.parse(JSON.parse(text));
  } catch {
    // The parser's message could quote a secret, so it is not passed on.
    throw new ToolError('REGISTRY_CONFIG', `cannot read registry credentials from ${file}`, {
      where: { file },
      hint: 'correct or remove the file, then log in again',
    });
  }
}

/** The helper that a file names for a repository's registry: `credHelpers` before `credsStore`. */
export function helperIn(file: AuthFile, repository: Repository): string | undefined {
  return (
    keysOf(repository)
      .map((key) => valuesAt(file.credHelpers, key)[0])
      .find(isGiven) ??
    (file.credsStore || undefined)
  );
}

/** The server's name as helpers know it. */
export function helperServer({ registry }: Pick<Repository, 'registry'>): string {
  return registry === defaultRegistry ? hubServer : registry;
}

/** The login in `auths` whose key is the longest prefix of a repository, by whole segments. Entries without a login are passed over. */
export function entryIn(file: AuthFile, repository: Repository): Credential | undefined {
  for (const key of keysOf(repository)) {
    for (const entry of valuesAt(file.auths, key)) {
      const credential = entry === null ? undefined : fromEntry(entry);
      if (credential !== undefined) return credential;
    }
  }
  return undefined;
}

/** The entry of a user and password, as `docker login` writes it. */
export function passwordEntry(username: string, password: string): AuthEntry {
  return { auth: Buffer.from(`${username}:${password}`).toString('base64') };
}

/** From the most to the least specific: `host/team/app`, `host/team`, `host`. */
function keysOf({ registry, repository }: Repository): string[] {
  const segments = repository === '' ? [] : repository.split('/');
  const paths = segments.map((_, index) => `${registry}/${segments.slice(0, segments.length - index).join('/')}`);
  return [...paths, ...(registry === defaultRegistry ? [defaultRegistry, hubHost, apiHost(defaultRegistry)] : [registry])];
}

/** The values of a key, the one under the very name first, then those whose name is a URL of it. */
function valuesAt<T>(table: Readonly<Record<string, T>> | null | undefined, key: string): T[] {
  const same = Object.entries(table ?? {}).filter(([name]) => normalKey(name) === key);
  return same.toSorted(([a], [b]) => Number(b === key) - Number(a === key)).map(([, value]) => value);
}

/** Keys may be URLs: `https://host/v1/`. */
export function normalKey(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
}

function isGiven(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

function fromEntry(entry: AuthEntry): Credential | undefined {
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken };
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken };
  if (entry.auth) return fromBasic(Buffer.from(entry.auth, 'base64').toString('utf8'));
  if (entry.username === undefined || entry.password === undefined) return undefined;
  return { kind: 'password', username: entry.username, password: entry.password };
}

function fromBasic(text: string): Credential | undefined {
  const colon = text.indexOf(':');
  if (colon === -1) return undefined;
  // Docker's own writer pads some values with NUL.
  return { kind: 'password', username: text.slice(0, colon), password: text.slice(colon + 1).replace(/\0+$/, '') };
}
