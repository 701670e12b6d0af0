import { canonicalHost, isHost, isRepositoryPath, type Repository } from './reference.ts';

/** A registry, or the part of one below a path: what logins, mirrors and variables are bound to. */
export interface Place {
  /** `HOST[:PORT]`; `docker.io` for all names of the default registry. */
  readonly registry: string;
  /** `team/project`, or empty for the whole registry. */
  readonly path: string;
}

/** Reads `HOST[:PORT][/PATH]`; undefined for anything else, a URL with its scheme among it. */
export function parsePlace(text: string): Place | undefined {
  const [host = '', ...segments] = text.replace(/\/+$/, '').split('/');
  const path = segments.join('/');
  if (!isHost(host) || (segments.length > 0 && !isRepositoryPath(path)) || text.length > 254) return undefined;
  return { registry: canonicalHost(host), path };
}

/** `HOST[:PORT][/PATH]` again. */
export function formatPlace({ registry, path }: Place): string {
  return path === '' ? registry : `${registry}/${path}`;
}

/** Whether a repository lies at a place. Paths are compared by whole segments: `team` holds `team/app`, not `team2`. */
export function isWithin({ registry, repository }: Repository, place: Place): boolean {
  if (registry !== place.registry) return false;
  return place.path === '' || repository === place.path || repository.startsWith(`${place.path}/`);
}
