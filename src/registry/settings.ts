import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import type { ProjectMirror, RegistryRule } from './endpoints.ts';
import { parsePlace } from './place.ts';

/** How registries are reached on this machine: flags, the environment, registries.conf, and the project's own mirrors. */
export interface RegistrySettings {
  /** `HOST[:PORT]` of `--insecure` and `WHERRY_INSECURE`. */
  readonly insecure: readonly string[];
  /** registries.conf, read with the first request. Errors: REGISTRY_CONFIG. */
  rules(): Promise<readonly RegistryRule[]>;
  readonly mirrors: readonly ProjectMirror[];
  readonly learned: Learned;
}

/** What a command found out about hosts, so that it asks once. */
export interface Learned {
  /** Whether an insecure host (with its port) answers https. */
  readonly schemes: Map<string, Promise<'http' | 'https'>>;
  /** Hosts of mirrors that did not answer and are left out from then on. */
  readonly silent: Set<string>;
  readonly notes: Set<string>;
}

/** Makes the settings of a command; nothing is read before they are needed. Errors: USAGE for a host that is none. */
export function registrySettings(env: Context['env'], flags: readonly string[] = []): RegistrySettings {
  const fromVariable = (env.WHERRY_INSECURE ?? '').split(',').map((host) => host.trim());
  const insecure = [
    ...flags.map((host) => insecureHost(host, '--insecure')),
    ...fromVariable.filter((host) => host !== '').map((host) => insecureHost(host, 'WHERRY_INSECURE')),
  ];
  let reading: Promise<readonly RegistryRule[]> | undefined;
  const rules = (): Promise<readonly RegistryRule[]> => {
    reading ??= import('./registries-conf.ts').then(({ readRegistriesConf }) => readRegistriesConf(env));
    return reading;
  };
  return { insecure, rules, mirrors: [], learned: { schemes: new Map(), silent: new Set(), notes: new Set() } };
}

function insecureHost(text: string, name: string): string {
  const place = parsePlace(text);
  if (place?.path === '') return place.registry;
  throw new ToolError('USAGE', `${name} takes HOST[:PORT], not ${JSON.stringify(text)}`, {
    hint: 'name one registry, for example registry.example:5000',
  });
}
