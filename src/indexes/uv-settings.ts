import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { isTable, type TomlTable } from '../project/index.ts';
import type { IndexOptions, IndexPlace } from './types.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Index options of uv's environment variables. */
export function uvVariables(env: Env, directory: string): IndexOptions {
  const places = (variable: string, separator: RegExp, kind: IndexPlace['kind'] = 'simple'): readonly IndexPlace[] =>
    (env[variable] ?? '')
      .split(separator)
      .filter((word) => word !== '')
      .map((word) => ({ ...namedPlace(word, directory), kind, origin: variable }));
  return {
    index: [...places('UV_DEFAULT_INDEX', /\s+/), ...places('UV_INDEX_URL', /\s+/)][0],
    extra: [...places('UV_INDEX', /\s+/), ...places('UV_EXTRA_INDEX_URL', /\s+/)],
    findLinks: places('UV_FIND_LINKS', /[\s,]+/, 'flat'),
    noIndex: /^(?:1|true|yes|on)$/i.test(env.UV_NO_INDEX ?? ''),
  };
}

function namedPlace(word: string, directory: string): Pick<IndexPlace, 'name' | 'url'> {
  const [, name, url] = /^([A-Za-z0-9._-]+)=(.+)$/.exec(word) ?? [];
  return name === undefined || url === undefined ? { url: placeUrl(word, directory) } : { name, url: placeUrl(url, directory) };
}

/** Index options of `[tool.uv]` or of a uv.toml; `file` is for people. Values of other types are passed over: uv itself reports them. */
export function uvOptions(table: TomlTable, { file, directory }: { readonly file: string; readonly directory: string }): IndexOptions {
  const listed = (Array.isArray(table.index) ? table.index : []).filter(isTable);
  const place = (entry: TomlTable): IndexPlace[] =>
    typeof entry.url === 'string' && entry.explicit !== true
      ? [
          {
            ...(typeof entry.name === 'string' ? { name: entry.name } : {}),
            url: placeUrl(entry.url, directory),
            kind: entry.format === 'flat' ? 'flat' : 'simple',
            origin: file,
          },
        ]
      : [];
  const plain = (value: unknown, kind: IndexPlace['kind']): IndexPlace[] =>
    (Array.isArray(value) ? value : [value])
      .filter((url) => typeof url === 'string')
      .map((url) => ({ url: placeUrl(url, directory), kind, origin: file }));
  return {
    index: [...listed.filter((entry) => entry.default === true).flatMap(place), ...plain(table['index-url'], 'simple')][0],
    extra: [...listed.filter((entry) => entry.default !== true).flatMap(place), ...plain(table['extra-index-url'], 'simple')],
    findLinks: plain(table['find-links'], 'flat'),
    noIndex: table['no-index'] === true,
  };
}

/** A URL as it is, and a `file:` URL or a path as an absolute path. */
export function placeUrl(text: string, directory: string): string {
  if (/^file:/i.test(text) && URL.canParse(text)) return decodeURIComponent(new URL(text).pathname);
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : resolve(directory, text);
}

/** The user's and the system's uv.toml, the nearer first; files that are not TOML are passed over. */
export async function userUvOptions(env: Env): Promise<readonly IndexOptions[]> {
  const home = env.HOME || homedir();
  const system = (env.XDG_CONFIG_DIRS || '/etc/xdg').split(':').map((directory) => join(directory, 'uv/uv.toml'));
  const files = env.UV_CONFIG_FILE
    ? [env.UV_CONFIG_FILE]
    : [join(env.XDG_CONFIG_HOME || join(home, '.config'), 'uv/uv.toml'), ...system, '/etc/uv/uv.toml'];
  const found = await Promise.all(files.map(readUvToml));
  return found.filter((options) => options !== undefined);
}

/** Index options of one uv.toml; undefined if there is none that can be read. */
export async function readUvToml(file: string): Promise<IndexOptions | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return uvOptions(parse(text), { file: 'uv.toml', directory: dirname(file) });
  } catch {
    return undefined;
  }
}
