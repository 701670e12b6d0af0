import { ToolError } from '../errors/index.ts';
import { isLoopback, redact } from '../http/index.ts';

/** A git source of uv.lock (uv-and-wheels §1.3). */
export interface GitSource {
  /** Of the repository, without user information but for ssh's user; no query, no fragment. */
  readonly url: string;
  /** Full, 40 hex digits. */
  readonly commit: string;
  /** What the project asked for: a tag, a branch or a revision; undefined for the default branch. */
  readonly requested: string | undefined;
  /** POSIX path of the project in the repository. */
  readonly subdirectory: string | undefined;
  /** Path of an archive in the repository that is the package. */
  readonly path: string | undefined;
  /** Large files are taken from the repository's LFS server. */
  readonly lfs: boolean;
}

/** Takes `https://host/repository?subdirectory=a&tag=v1#COMMIT` apart. */
export function parseGitSource(text: string): GitSource {
  const url = new URL(text);
  const query = url.searchParams;
  const [subdirectory, path] = [query.get('subdirectory') ?? undefined, query.get('path') ?? undefined];
  const requested = query.get('tag') ?? query.get('branch') ?? query.get('rev') ?? undefined;
  const lfs = query.get('lfs')?.toLowerCase() === 'true';
  const commit = url.hash.slice(1);
  url.search = '';
  url.hash = '';
  return { url: withoutSecrets(url), commit, requested, subdirectory, path, lfs };
}

function withoutSecrets(url: URL): string {
  const bare = new URL(url);
  bare.password = '';
  if (bare.protocol !== 'ssh:') bare.username = '';
  return bare.href;
}

/** The URL of a repository that may be asked: https, ssh, or http of this machine. Errors: GIT_URL_REFUSED. */
export function gitUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isAllowed =
    url !== undefined && (url.protocol === 'https:' || url.protocol === 'ssh:' || (url.protocol === 'http:' && isLoopback(url.hostname)));
  // ssh would take a host or a user with a hyphen in front for an option.
  if (isAllowed && url.hostname !== '' && !/^-/.test(url.hostname) && !/^-/.test(decodeURIComponent(url.username))) return url;
  throw new ToolError('GIT_URL_REFUSED', `cannot use the git repository ${redact(text)}: only https and ssh are allowed`, {
    hint: 'change its URL in [tool.uv.sources], and run uv lock',
  });
}
