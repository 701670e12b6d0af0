import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isLoopback } from '../http/index.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** An npm registry as the user's own configuration names it. */
export interface NpmRegistry {
  /** With a slash at the end. */
  readonly url: string;
  /** The `authorization` header for a URL: only on the registry's own origin, never over plain http but to loopback. */
  readonly authorize: (url: string) => Promise<Readonly<Record<string, string>>>;
}

/**
 * The registry of npm's configuration: the environment, the user's .npmrc, the global one, then `fallback` (docs.npmjs.com, "npmrc"). A .npmrc of
 * the project is not read: a repository must not say where code to run comes from. Undefined if nothing names one.
 */
export async function npmRegistry(env: Env, fallback?: string): Promise<NpmRegistry | undefined> {
  const files = await Promise.all(configFiles(env).map((path) => readConfig(path, env)));
  const named = [env.npm_config_registry, env.NPM_CONFIG_REGISTRY, ...files.map((file) => file.get('registry')), fallback];
  const url = named.filter((value) => value !== undefined && value !== '').map(asRegistry)[0];
  if (url === undefined) return undefined;
  return { url: url.href, authorize: async (text) => headers(url, text, files) };
}

function configFiles(env: Env): string[] {
  const user = env.npm_config_userconfig || env.NPM_CONFIG_USERCONFIG || join(env.HOME || homedir(), '.npmrc');
  const global = env.npm_config_globalconfig || env.NPM_CONFIG_GLOBALCONFIG;
  const prefix = env.npm_config_prefix || env.NPM_CONFIG_PREFIX || env.PREFIX || dirname(dirname(process.execPath));
  return [user, global || join(prefix, 'etc', 'npmrc'), '/etc/npmrc'];
}

function asRegistry(text: string | undefined): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

async function readConfig(path: string, env: Env): Promise<ReadonlyMap<string, string>> {
  return parseNpmrc(await readFile(path, 'utf8').catch(() => ''), env);
}

/** Keys and values of an .npmrc; `${NAME}` is replaced from the environment, sections and lists are left out. */
export function parseNpmrc(text: string, env: Env): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const [, key, value] = /^\s*([^;#[=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined || value === undefined || key.endsWith('[]')) continue;
    found.set(expanded(key, env), expanded(unquoted(value), env));
  }
  return found;
}

function unquoted(value: string): string {
  return /^(["']).*\1$/.test(value) ? value.slice(1, -1) : value.replace(/\s[;#].*$/, '');
}

/** A name that is not set stays as it is written, as in npm; `${NAME?}` becomes empty. */
function expanded(text: string, env: Env): string {
  return text.replaceAll(/\$\{([^}?]+)(\??)\}/g, (whole, name: string, optional: string) => env[name] ?? (optional === '' ? whole : ''));
}

function headers(registry: URL, text: string, files: readonly ReadonlyMap<string, string>[]): Readonly<Record<string, string>> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.origin !== registry.origin || (url.protocol !== 'https:' && !isLoopback(url.hostname))) return {};
  for (const scope of scopes(registry)) {
    for (const file of files) {
      const value = authorization(file, scope);
      if (value !== undefined) return { authorization: value };
    }
  }
  return {};
}

/** `//host/a/b/`, `//host/a/`, `//host/`: credentials belong to a place and what lies below it. */
function scopes({ host, pathname }: URL): string[] {
  const segments = pathname.split('/').filter((segment) => segment !== '');
  return [...segments.keys(), segments.length].map((count) => `//${[host, ...segments.slice(0, count)].join('/')}/`).reverse();
}

function authorization(file: ReadonlyMap<string, string>, scope: string): string | undefined {
  const value = (name: string) => file.get(`${scope}:${name}`);
  const token = value('_authToken');
  if (token !== undefined) return `Bearer ${token}`;
  const basic = value('_auth');
  if (basic !== undefined) return `Basic ${basic}`;
  const [user, password] = [value('username'), value('_password')];
  if (user === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${user}:${Buffer.from(password, 'base64').toString()}`).toString('base64')}`;
}
