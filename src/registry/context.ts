import type { Context } from '../context.ts';
import type { Http } from '../http/index.ts';
import type { AuthMemory } from './authorize.ts';
import type { RegistrySettings } from './route/settings.ts';
import type { BlobOutcome } from './types.ts';

/** What a registry client is made from. */
export type RegistryContext = Pick<Context, 'http' | 'env' | 'emit' | 'signal'> & {
  /** Absent: nothing is configured. */
  readonly registries?: RegistrySettings;
  /** Waits between tries; given by tests. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
};

/** What all clients of one HTTP client share, so that a process logs in once and sends a blob once. */
export interface RegistryMemory {
  readonly auth: AuthMemory;
  /** Uploads under way, by repository and digest. */
  readonly uploads: Map<string, Promise<BlobOutcome>>;
  /** Warnings that were shown. */
  readonly warnings: Set<string>;
  /** Whether a registry has the referrers API, by its host. */
  readonly referrersApi: Map<string, Promise<boolean>>;
  /** The last change of a fallback tag in each repository, so that changes follow one another. */
  readonly changes: Map<string, Promise<unknown>>;
}

const memories = new WeakMap<Http, RegistryMemory>();

/** The memory of an HTTP client. */
export function memoryOf(http: Http): RegistryMemory {
  const known = memories.get(http);
  if (known !== undefined) return known;
  const memory: RegistryMemory = {
    auth: { challenges: new Map(), grants: new Map(), credentials: new Map() },
    uploads: new Map(),
    warnings: new Set(),
    referrersApi: new Map(),
    changes: new Map(),
  };
  memories.set(http, memory);
  return memory;
}
