import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import type { Env } from './env.ts';

/** A login that `uv auth login` keeps in its file. */
export interface StoredLogin {
  readonly service: URL;
  /** Undefined for a token. */
  readonly username: string | undefined;
  /** The `authorization` header. */
  readonly authorization: string;
}

/** The logins of uv's own store: credentials.toml in UV_CREDENTIALS_DIR, else in uv's data directory. Entries that can't be read are left out. */
export async function readUvStore(env: Env): Promise<readonly StoredLogin[]> {
  const data = env.XDG_DATA_HOME?.startsWith('/') ? env.XDG_DATA_HOME : join(env.HOME || homedir(), '.local', 'share');
  const directory = env.UV_CREDENTIALS_DIR || join(data, 'uv', 'credentials');
  return parseUvStore(await readFile(join(directory, 'credentials.toml'), 'utf8').catch(() => ''));
}

/** Reads the text of credentials.toml. */
export function parseUvStore(text: string): readonly StoredLogin[] {
  const entries = asTable(tolerantToml(text)).credential;
  return (Array.isArray(entries) ? entries : []).flatMap((entry) => storedLogin(asTable(entry)));
}

function tolerantToml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return {};
  }
}

function asTable(value: unknown): { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as { readonly [key: string]: unknown }) : {};
}

function storedLogin({ service, username, scheme = 'basic', password, token }: { readonly [key: string]: unknown }): StoredLogin[] {
  if (typeof service !== 'string' || !URL.canParse(service)) return [];
  const url = new URL(service);
  if (scheme === 'bearer') {
    return typeof token === 'string' ? [{ service: url, username: undefined, authorization: `Bearer ${token}` }] : [];
  }
  if (scheme !== 'basic' || typeof username !== 'string') return [];
  const secret = Buffer.from(`${username}:${typeof password === 'string' ? password : ''}`).toString('base64');
  return [{ service: url, username, authorization: `Basic ${secret}` }];
}

/** The login of the longest service on the URL's own origin whose path the URL's path starts with; a given user must be its user. */
export function storedLoginFor(logins: readonly StoredLogin[], url: URL, username: string): StoredLogin | undefined {
  const fitting = logins.filter(
    ({ service, username: stored }) =>
      service.origin === url.origin && isBelow(url.pathname, service.pathname) && (username === '' || stored === username),
  );
  return fitting.toSorted((a, b) => b.service.pathname.length - a.service.pathname.length)[0];
}

/** By whole steps of the path: `/simple` is not above `/simple-other`. */
function isBelow(path: string, above: string): boolean {
  const start = above.replace(/\/+$/, '');
  return path === start || path.startsWith(`${start}/`);
}
