import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isLoopback } from '../http/index.ts';
import type { Env } from './env.ts';
import { askKeyring } from './keyring.ts';
import { type Login, parseNetrc } from './netrc.ts';
import { readUvStore, type StoredLogin, storedLoginFor } from './uv-store.ts';

/** A package index as uv configures it. `name` is what UV_INDEX_<NAME>_USERNAME and _PASSWORD refer to. */
export interface PackageIndex {
  readonly name?: string;
  readonly url: string;
}

/** Gives the `authorization` header for a URL, or nothing. */
export type Authorize = (url: string) => Promise<Readonly<Record<string, string>>>;

/** The indexes of `[[index]]` in uv's settings, then those of uv's environment variables (uv-and-wheels §2.5). */
export function packageIndexes(settings: { readonly [key: string]: unknown }, env: Env): PackageIndex[] {
  const listed = Array.isArray(settings.index) ? (settings.index as readonly Record<string, unknown>[]) : [];
  const configured = listed.flatMap(({ name, url }) => {
    if (typeof url !== 'string') return [];
    return [typeof name === 'string' ? { name, url } : { url }];
  });
  const variables = ['UV_INDEX', 'UV_EXTRA_INDEX_URL', 'UV_DEFAULT_INDEX', 'UV_INDEX_URL'];
  const words = variables.flatMap((variable) => env[variable]?.split(/\s+/).filter((word) => word !== '') ?? []);
  return [...configured, ...words.map(namedIndex)];
}

function namedIndex(word: string): PackageIndex {
  const [, name, url] = /^([A-Za-z0-9._-]+)=(.+)$/.exec(word) ?? [];
  return name !== undefined && url !== undefined ? { name, url } : { url: word };
}

export interface CredentialOptions {
  readonly env: Env;
  readonly indexes?: readonly PackageIndex[];
  /** Ask the program `keyring`; default: whether UV_KEYRING_PROVIDER says so. */
  readonly keyring?: boolean;
}

/**
 * Finds credentials for package downloads, in this order: an index's environment variables or the user information of its URL, for the origin
 * of that index; a netrc `machine` entry (NETRC, else ~/.netrc) of that very host; what `uv auth login` keeps, for its service; the program
 * `keyring`, if it is asked for, for an index whose user is known. Never over plain http but to loopback.
 */
export function indexCredentials(options: CredentialOptions): Authorize {
  const indexes = (options.indexes ?? []).flatMap((index) => known(index, options.env));
  const useKeyring = options.keyring ?? options.env.UV_KEYRING_PROVIDER === 'subprocess';
  const passwords = new Map<string, Promise<string | undefined>>();
  let files: Promise<Files> | undefined;
  return async (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !isSafe(url)) return {};
    const index = bestIndex(indexes, url);
    if (index !== undefined && index.login.password !== '') return basic(index.login);
    const username = index?.login.username ?? '';
    files ??= readFiles(options.env);
    const found = fromFiles(await files, url, username);
    if (found !== undefined) return found;
    if (index === undefined || username === '') return {};
    const question = { url: index.url, username };
    const key = `${index.url.href}\n${username}`;
    const password = useKeyring ? (passwords.get(key) ?? askKeyring(question, options.env)) : Promise.resolve(undefined);
    passwords.set(key, password);
    // Some servers take a token as the user, without a password.
    return basic({ username, password: (await password) ?? '' });
  };
}

interface Files {
  readonly netrc: ReadonlyMap<string, Login>;
  readonly store: readonly StoredLogin[];
}

async function readFiles(env: Env): Promise<Files> {
  const [netrc, store] = await Promise.all([readNetrc(env), readUvStore(env)]);
  return { netrc, store };
}

/** A user that is known must be the one that a file has. */
function fromFiles({ netrc, store }: Files, url: URL, username: string): Readonly<Record<string, string>> | undefined {
  const login = netrc.get(url.hostname.toLowerCase());
  if (login !== undefined && (username === '' || login.username === username)) return basic(login);
  const stored = storedLoginFor(store, url, username);
  return stored === undefined ? undefined : { authorization: stored.authorization };
}

/** One-off form of `indexCredentials`. */
export function credentialsFor(url: string, options: CredentialOptions): Promise<Readonly<Record<string, string>>> {
  return indexCredentials(options)(url);
}

function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

interface KnownIndex {
  readonly url: URL;
  readonly login: Login;
}

function known(index: PackageIndex, env: Env): KnownIndex[] {
  if (!URL.canParse(index.url)) return [];
  const url = new URL(index.url);
  const variable = `UV_INDEX_${(index.name ?? '').toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`;
  const username = (index.name && env[`${variable}_USERNAME`]) || plain(url.username);
  const password = (index.name && env[`${variable}_PASSWORD`]) || plain(url.password);
  return username === '' && password === '' ? [] : [{ url, login: { username, password } }];
}

function plain(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

/** The index of the same origin; of several, the one whose path the URL shares longest. */
function bestIndex(indexes: readonly KnownIndex[], url: URL): KnownIndex | undefined {
  const same = indexes.filter((index) => index.url.origin === url.origin);
  const shared = (index: KnownIndex) =>
    url.pathname.startsWith(`${index.url.pathname.replace(/\/+$/, '')}/`) ? index.url.pathname.length : 0;
  return same.toSorted((a, b) => shared(b) - shared(a))[0];
}

function basic(login: Login): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}` };
}

async function readNetrc(env: Env): Promise<ReadonlyMap<string, Login>> {
  const file = env.NETRC || join(env.HOME || homedir(), '.netrc');
  return parseNetrc(await readFile(file, 'utf8').catch(() => ''));
}
