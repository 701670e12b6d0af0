import { asDigest, type Digest } from '../digest.ts';
import { ToolError } from '../errors/index.ts';

/** A repository on a registry. */
export interface Repository {
  /** `HOST[:PORT]` as people write it: `docker.io`, `localhost:5000`. */
  readonly registry: string;
  /** `library/python`. */
  readonly repository: string;
}

/** An image reference (distribution-spec, "Pulling manifests"). Without tag and digest `tag` is `latest`. */
export interface Reference extends Repository {
  readonly tag: string | undefined;
  readonly digest: Digest | undefined;
}

/** The registry of names without a host, as every container tool has it. */
export const defaultRegistry = 'docker.io';

const hostPattern =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*|\[[0-9a-fA-F:.]+\])(?::\d{1,5})?$/;
const repositoryPattern = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;

/** Reads `[HOST[:PORT]/]NAME[:TAG][@sha256:…]`. Errors: REFERENCE_INVALID. */
export function parseReference(text: string): Reference {
  const [named, digestText, ...rest] = text.split('@');
  if (named === undefined || rest.length > 0 || text.length > 512) throw invalid(text);
  const colon = named.indexOf(':', named.lastIndexOf('/') + 1);
  const name = colon === -1 ? named : named.slice(0, colon);
  const tag = colon === -1 ? undefined : named.slice(colon + 1);
  if (tag !== undefined && !tagPattern.test(tag)) throw invalid(text);
  const digest = digestText === undefined ? undefined : readDigest(digestText, text);
  return { ...parseName(name, text), tag: tag ?? (digest === undefined ? 'latest' : undefined), digest };
}

/** The whole reference, host included. */
export function formatReference({ registry, repository, tag, digest }: Reference): string {
  return `${registry}/${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/** Whether a text is `HOST[:PORT]`. */
export function isHost(text: string): boolean {
  return hostPattern.test(text);
}

/** Whether a text is the path of a repository, or the beginning of one. */
export function isRepositoryPath(text: string): boolean {
  return repositoryPattern.test(text);
}

/** `HOST[:PORT]` that answers the registry API. */
export function apiHost(registry: string): string {
  return registry === defaultRegistry ? 'registry-1.docker.io' : registry;
}

function parseName(name: string, text: string): Repository {
  const slash = name.indexOf('/');
  const first = slash === -1 ? '' : name.slice(0, slash);
  const hasHost = first === 'localhost' || /[.:[A-Z]/.test(first);
  const registry = hasHost ? canonicalHost(first) : defaultRegistry;
  const path = hasHost ? name.slice(slash + 1) : name;
  const repository = registry === defaultRegistry && !path.includes('/') ? `library/${path}` : path;
  if (!hostPattern.test(registry) || !repositoryPattern.test(repository) || registry.length + repository.length > 254) throw invalid(text);
  return { registry, repository };
}

/** One name for each registry: `docker.io` for its API's hosts. */
export function canonicalHost(host: string): string {
  return host === 'index.docker.io' || host === 'registry-1.docker.io' ? defaultRegistry : host;
}

function readDigest(digest: string, text: string): Digest {
  try {
    return asDigest(digest);
  } catch {
    throw invalid(text);
  }
}

function invalid(text: string): ToolError {
  return new ToolError('REFERENCE_INVALID', `not an image reference: ${JSON.stringify(text)}`, {
    hint: 'write [HOST[:PORT]/]NAME[:TAG][@sha256:DIGEST] with a lower-case name, for example python:3.13-slim',
  });
}
