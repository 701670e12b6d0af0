import type { Context } from '../../context.ts';
import { ToolError } from '../../errors/index.ts';
import { isPrivate } from '../../http/address.ts';
import { type Place, parsePlace } from '../place.ts';
import type { ProjectMirror, RegistryRule } from './endpoints.ts';

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

/**
 * The settings with a project's mirrors, `HOST[:PORT][/PATH]` by the registry that they stand for. A repository may not point into private
 * networks: such mirrors belong into registries.conf. Errors: CONFIG_INVALID.
 */
export function withMirrors(
  settings: RegistrySettings | undefined,
  mirrors: Readonly<Record<string, readonly string[]>>,
): RegistrySettings | undefined {
  const named = Object.entries(mirrors).flatMap(([prefix, locations]) =>
    locations.map((location) => ({ prefix: mirrorPlace(prefix, prefix), location: publicPlace(prefix, location) })),
  );
  return named.length === 0 ? settings : { ...(settings ?? registrySettings({})), mirrors: named };
}

function publicPlace(prefix: string, location: string): Place {
  const place = mirrorPlace(prefix, location);
  if (!isPrivate(new URL(`https://${place.registry}`).hostname)) return place;
  throw new ToolError('CONFIG_INVALID', `registries.${JSON.stringify(prefix)}: the mirror ${location} is a private address`, {
    hint: 'a project names public mirrors only; put this one into registries.conf of the machine',
  });
}

function mirrorPlace(prefix: string, text: string): Place {
  const place = parsePlace(text);
  if (place !== undefined) return place;
  throw new ToolError('CONFIG_INVALID', `registries.${JSON.stringify(prefix)}: ${JSON.stringify(text)} is not HOST[:PORT][/PATH]`);
}

function insecureHost(text: string, name: string): string {
  const place = parsePlace(text);
  if (place?.path === '') return place.registry;
  throw new ToolError('USAGE', `${name} takes HOST[:PORT], not ${JSON.stringify(text)}`, {
    hint: 'name one registry, for example registry.example:5000',
  });
}
