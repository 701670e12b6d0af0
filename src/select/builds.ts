import { normalizeName } from '../packaging/index.ts';
import type { BuildSettings } from '../selection-request.ts';

/** Which files of a package may be installed. Both give the setting that forbids it, or undefined. */
export interface BuildRules {
  /** Wheels are forbidden. */
  noBinary(name: string): string | undefined;
  /** Building from source is forbidden, also for source trees. */
  noBuild(name: string): string | undefined;
}

/** One of the two settings: all packages, or some. */
interface Ban {
  readonly setting: 'no-binary' | 'no-build';
  readonly all: boolean;
  readonly names: ReadonlySet<string>;
}

/** Reads the settings as uv does: what one names for single packages is an exception to what the other says of all. */
export function buildRules({ noBinary, noBinaryPackages, noBuild, noBuildPackages }: BuildSettings): BuildRules {
  const binary = ban('no-binary', noBinary, noBinaryPackages);
  const build = ban('no-build', noBuild, noBuildPackages);
  return { noBinary: (name) => reason(binary, build, name), noBuild: (name) => reason(build, binary, name) };
}

/** With `true` or `false` for all, single packages say nothing. */
function ban(setting: Ban['setting'], all: boolean | undefined, names: readonly string[]): Ban {
  return { setting, all: all === true, names: all === undefined ? new Set(names.map(normalizeName)) : new Set() };
}

function reason(ban: Ban, other: Ban, name: string): string | undefined {
  if (ban.all) return other.names.has(name) ? undefined : ban.setting;
  return ban.names.has(name) ? `${ban.setting}-package` : undefined;
}
