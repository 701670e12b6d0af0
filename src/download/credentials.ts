import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isLoopback } from '../http/index.ts';
import { type Login, parseNetrc } from './netrc.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** A package index as uv configures it. `name` is what UV_INDEX_<NAME>_USERNAME and _PASSWORD refer to. */
export interface PackageIndex {
  readonly name?: string;
  readonly url: string;
}

/** Gives the `authorization` header for a URL, or nothing. */
export type Authorize = (url: string) => Promise<Readonly<Record<string, string>>>;

/** The indexes of `[[tool.uv.index]]` in a parsed pyproject.toml, then those of uv's environment variables (uv-and-wheels §2.5). */
export function packageIndexes(pyproject: { readonly [key: string]: unknown }, env: Env): PackageIndex[] {
  const tool = pyproject.tool as { readonly uv?: { readonly index?: unknown } } | undefined;
  const listed = Array.isArray(tool?.uv?.index) ? (tool.uv.index as readonly Record<string, unknown>[]) : [];
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

/**
 * Finds credentials for package downloads: an index's environment variables or the user information of its URL, only for the origin
 * of that index; else a netrc `machine` entry (NETRC, else ~/.netrc) of that very host. Never over plain http but to loopback.
 */
export function indexCredentials(options: { readonly env: Env; readonly indexes?: readonly PackageIndex[] }): Authorize {
  const indexes = (options.indexes ?? []).flatMap((index) => known(index, options.env));
  let netrc: Promise<ReadonlyMap<string, Login>> | undefined;
  return async (text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (url === undefined || !isSafe(url)) return {};
    netrc ??= readNetrc(options.env);
    const login = bestIndex(indexes, url) ?? (await netrc).get(url.hostname.toLowerCase());
    return login === undefined ? {} : { authorization: basic(login) };
  };
}

/** One-off form of `indexCredentials`. */
export function credentialsFor(
  url: string,
  options: { readonly env: Env; readonly indexes?: readonly PackageIndex[] },
): Promise<Readonly<Record<string, string>>> {
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
function bestIndex(indexes: readonly KnownIndex[], url: URL): Login | undefined {
  const same = indexes.filter((index) => index.url.origin === url.origin);
  const shared = (index: KnownIndex) =>
    url.pathname.startsWith(`${index.url.pathname.replace(/\/+$/, '')}/`) ? index.url.pathname.length : 0;
  return same.toSorted((a, b) => shared(b) - shared(a))[0]?.login;
}

function basic(login: Login): string {
  return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}

async function readNetrc(env: Env): Promise<ReadonlyMap<string, Login>> {
  const file = env.NETRC || join(env.HOME || homedir(), '.netrc');
  return parseNetrc(await readFile(file, 'utf8').catch(() => ''));
}
