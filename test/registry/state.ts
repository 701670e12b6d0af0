import { createHash } from 'node:crypto';
import { type Behaviour, plain } from './behaviour.ts';
import { Faults } from './faults.ts';
import type { TestManifest, TestRegistryOptions } from './types.ts';

/** An upload that was begun. */
export interface Upload {
  readonly repository: string;
  readonly chunks: Uint8Array[];
  size: number;
  /** Changes with every request; the newest `Location` carries it. */
  turn: number;
}

/** A token that was given out. */
export interface Token {
  /** `REPOSITORY:ACTION`. */
  readonly grants: ReadonlySet<string>;
  /** Requests that it is still good for. */
  left: number;
}

/** Everything that a registry remembers. */
export interface State {
  readonly options: TestRegistryOptions;
  readonly behaviour: Behaviour;
  readonly faults: Faults;
  /** By `REPOSITORY@DIGEST`. */
  readonly blobs: Map<string, Uint8Array>;
  /** By `REPOSITORY@DIGEST`. */
  readonly manifests: Map<string, TestManifest>;
  /** Digests by `REPOSITORY:TAG`. */
  readonly tags: Map<string, string>;
  readonly uploads: Map<string, Upload>;
  readonly tokens: Map<string, Token>;
  /** Origins of the registry and of its storage. */
  readonly origins: { registry: string; storage: string };
  counter: number;
}

export function newState(options: TestRegistryOptions): State {
  const faults = new Faults();
  faults.add(options.faults ?? []);
  return {
    options,
    behaviour: { ...plain, ...options.behaviour },
    faults,
    blobs: new Map(),
    manifests: new Map(),
    tags: new Map(),
    uploads: new Map(),
    tokens: new Map(),
    origins: { registry: '', storage: '' },
    counter: 0,
  };
}

/** The next of a row of numbers: uploads and tokens are named by it. */
export function next(state: State): number {
  state.counter += 1;
  return state.counter;
}

/** A manifest by tag or digest. */
export function findManifest(
  { manifests, tags }: State,
  repository: string,
  name: string,
): (TestManifest & { digest: string }) | undefined {
  const digest = tags.get(`${repository}:${name}`) ?? name;
  const manifest = manifests.get(`${repository}@${digest}`);
  return manifest === undefined ? undefined : { ...manifest, digest };
}

/** Keys of one repository without its name. `separator` stands between repository and the rest. */
export function namesIn(map: ReadonlyMap<string, unknown>, repository: string, separator: '@' | ':'): string[] {
  const start = `${repository}${separator}`;
  return [...map.keys()].filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}

/** Whether a repository holds anything. */
export function exists(state: State, repository: string): boolean {
  if (state.behaviour.repositories !== undefined) return state.behaviour.repositories.includes(repository);
  return namesIn(state.manifests, repository, '@').length > 0 || namesIn(state.blobs, repository, '@').length > 0;
}

/** Whether a digest can be checked here. */
export function isDigest(text: string): boolean {
  return /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/.test(text);
}

/** Whether bytes have a digest of either algorithm. */
export function matches(bytes: Uint8Array, digest: string): boolean {
  const [algorithm = ''] = digest.split(':');
  return isDigest(digest) && digest === `${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`;
}
