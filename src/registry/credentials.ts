import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import { askHelper } from './helper.ts';
import { apiHost, defaultRegistry, type Repository } from './reference.ts';

/** What a registry's token server or the registry itself is given. Never printed. */
export type Credential =
  | { readonly kind: 'password'; readonly username: string; readonly password: string }
  /** An OAuth2 refresh token. */
  | { readonly kind: 'identity'; readonly token: string }
  /** A ready Bearer token. */
  | { readonly kind: 'bearer'; readonly token: string };

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
type AuthFile = z.infer<typeof fileSchema>;

const hubHost = 'index.docker.io';

/** The server name under which Docker keeps the default registry's login: a URL, for historical reasons. */
export const hubServer = `https://${hubHost}/v1/`;

type CredentialContext = Pick<Context, 'env' | 'emit' | 'signal'>;

/**
 * Looks for credentials of a repository: Docker's config.json (`credHelpers`, `credsStore`, `auths`), then `REGISTRY_AUTH_FILE` and
 * containers' auth.json. Undefined: ask anonymously. Errors: REGISTRY_CONFIG.
 */
export async function findCredential(repository: Repository, context: CredentialContext): Promise<Credential | undefined> {
  for (const file of authFiles(context.env)) {
    const content = await readAuthFile(file);
    if (content === undefined) continue;
    const found = await fromFile(content, repository, context);
    if (found !== undefined) return found;
  }
  return undefined;
}

function authFiles(env: Context['env']): string[] {
  const home = env.HOME ?? env.USERPROFILE;
  const docker = env.DOCKER_CONFIG ?? (home === undefined ? undefined : join(home, '.docker'));
  const candidates = [
    docker === undefined ? undefined : join(docker, 'config.json'),
    env.REGISTRY_AUTH_FILE,
    env.XDG_RUNTIME_DIR === undefined ? undefined : join(env.XDG_RUNTIME_DIR, 'containers/auth.json'),
    home === undefined ? undefined : join(home, '.config/containers/auth.json'),
  ];
  return candidates.filter((file) => file !== undefined && file !== '') as string[];
}

async function readAuthFile(file: string): Promise<AuthFile | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch {
    // The parser's message could quote a secret, so it is not passed on.
    throw new ToolError('REGISTRY_CONFIG', `cannot read registry credentials from ${file}`, {
      where: { file },
      hint: 'correct or remove the file, then log in again',
    });
  }
}

async function fromFile(content: AuthFile, repository: Repository, context: CredentialContext): Promise<Credential | undefined> {
  const keys = keysOf(repository);
  const helper = first(keys, (key) => lookUp(content.credHelpers, key)) ?? content.credsStore;
  if (helper) {
    const answer = await askHelper(helper, helperKey(repository), context);
    if (answer !== undefined) return fromHelper(answer);
  }
  const entry = first(keys, (key) => lookUp(content.auths, key));
  return entry ? fromEntry(entry) : undefined;
}

/** From the most to the least specific: `host/team/app`, `host/team`, `host`. */
function keysOf({ registry, repository }: Repository): string[] {
  const segments = repository.split('/');
  const paths = segments.map((_, index) => `${registry}/${segments.slice(0, segments.length - index).join('/')}`);
  return [...paths, ...(registry === defaultRegistry ? [defaultRegistry, hubHost, apiHost(defaultRegistry)] : [registry])];
}

function helperKey({ registry }: Repository): string {
  return registry === defaultRegistry ? hubServer : registry;
}

function lookUp<T>(table: Readonly<Record<string, T>> | null | undefined, key: string): T | undefined {
  return Object.entries(table ?? {}).find(([name]) => normalKey(name) === key)?.[1];
}

function normalKey(name: string): string {
  return name.replace(/^https?:\/\//, '').replace(/\/(v[12]\/?)?$/, '');
}

function first<T>(keys: readonly string[], find: (key: string) => T | undefined): T | undefined {
  for (const key of keys) {
    const found = find(key);
    if (found !== undefined) return found;
  }
  return undefined;
}

function fromHelper(answer: { readonly username: string; readonly secret: string }): Credential {
  return answer.username === '<token>'
    ? { kind: 'identity', token: answer.secret }
    : { kind: 'password', username: answer.username, password: answer.secret };
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
