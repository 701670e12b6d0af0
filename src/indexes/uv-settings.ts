import { dirname, resolve } from 'node:path';
import { isTable, type TomlTable } from '../project/index.ts';
import type { SettingsFile } from '../uvsettings/index.ts';
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

/** Index options of one file. Values of other types are passed over: uv itself reports them. */
export function uvOptions({ table, name, file: path }: SettingsFile): IndexOptions {
  const [file, directory] = [name === 'uv.toml' ? name : 'pyproject.toml', dirname(path)];
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
