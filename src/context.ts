import type { Defaults } from './defaults.ts';
import type { Emit } from './events.ts';
import type { Http } from './http/types.ts';
import type { RegistrySettings } from './registry/route/settings.ts';
import type { Store } from './store/types.ts';

/** What stages with effects are given; made once by `cli/`. Nothing below `cli/` reads process.env or prints. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly http: Http;
  readonly store: Store;
  /** How registries are reached; absent where nothing is configured. */
  readonly registries?: RegistrySettings;
  /** Asked after all settings; absent where the program was released without. */
  readonly defaults?: Defaults;
  readonly emit: Emit;
  readonly signal: AbortSignal;
  /** No request at all may be sent. */
  readonly offline: boolean;
  /** Threads that make layers. */
  readonly workers: number;
}
