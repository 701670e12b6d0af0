import { Unreadable } from './table.ts';

/** A revision of a repository as `[tool.uv.sources]` or a PEP 508 URL names it. */
export interface GitReference {
  readonly repository: string;
  readonly reference?: readonly ['tag' | 'branch' | 'rev', string];
  readonly subdirectory?: string;
  readonly path?: string;
  readonly lfs?: boolean;
}

/** One text per archive URL and subdirectory, without credentials and fragment. */
export function canonicalUrl(text: string, subdirectory?: string): string {
  const url = bare(text);
  url.hash = '';
  return `url ${url.href}${subdirectory === undefined ? '' : ` ${normalDirectory(subdirectory)}`}`;
}

/** One text per repository and reference, from the lock's form: `url?subdirectory=…&rev=…#commit`. */
export function canonicalGit(text: string): string {
  const url = new URL(text);
  const query = url.searchParams;
  const kind = (['tag', 'branch', 'rev'] as const).find((key) => query.has(key));
  const [subdirectory, path] = [query.get('subdirectory'), query.get('path')];
  const reference = kind === undefined ? undefined : ([kind, query.get(kind) ?? ''] as const);
  const commit = url.hash.slice(1);
  const key = gitSource({
    repository: text,
    ...(reference === undefined ? {} : { reference }),
    ...(subdirectory === null ? {} : { subdirectory }),
    ...(path === null ? {} : { path }),
    lfs: query.get('lfs')?.toLowerCase() === 'true',
  });
  return commit === '' || commit === reference?.[1] ? key : `${key} at ${commit}`;
}

/** One text per repository, reference, subdirectory, path and LFS setting, without credentials. */
export function gitSource({ repository, reference, subdirectory, path, lfs }: GitReference): string {
  const url = bare(repository);
  url.search = '';
  url.hash = '';
  const place = [subdirectory === undefined ? '' : ` in ${normalDirectory(subdirectory)}`, path === undefined ? '' : ` path ${path}`];
  return `git ${url.href}${reference === undefined ? '' : ` ${reference.join(' ')}`}${place.join('')}${lfs ? ' lfs' : ''}`;
}

/** A `git+https://…@rev#subdirectory=…` URL of a requirement. */
export function gitRequirement(text: string): string {
  const url = parsed(text.replace(/^git\+/, ''));
  const at = url.pathname.lastIndexOf('@');
  const rev = at === -1 ? undefined : decodeURIComponent(url.pathname.slice(at + 1));
  if (at !== -1) url.pathname = url.pathname.slice(0, at);
  const fragment = fragmentOf(url);
  const [subdirectory, path] = [fragment.get('subdirectory'), fragment.get('path')];
  url.hash = '';
  return gitSource({
    repository: url.href,
    ...(rev === undefined ? {} : { reference: ['rev', rev] }),
    ...(subdirectory === undefined ? {} : { subdirectory }),
    ...(path === undefined ? {} : { path }),
    lfs: fragment.get('lfs') === 'true',
  });
}

/** An archive URL of a requirement; its fragment may name a subdirectory. */
export function urlRequirement(text: string): string {
  return canonicalUrl(text, fragmentOf(parsed(text)).get('subdirectory'));
}

function fragmentOf(url: URL): ReadonlyMap<string, string> {
  return new Map(
    url.hash
      .slice(1)
      .split('&')
      .map((part) => [part.split('=')[0] ?? '', part.split('=').slice(1).join('=')]),
  );
}

/** uv keeps the user of `ssh://git@host`, which is a convention and not a secret. */
function bare(text: string): URL {
  const url = parsed(text);
  if (url.protocol === 'ssh:' && url.username === 'git' && url.password === '') return url;
  url.username = '';
  url.password = '';
  return url;
}

function parsed(text: string): URL {
  try {
    return new URL(text);
  } catch {
    throw new Unreadable('a source is not a URL');
  }
}

function normalDirectory(text: string): string {
  return text.replace(/\/+$/, '').replace(/^\.\//, '');
}
