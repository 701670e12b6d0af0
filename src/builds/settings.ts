import { isTexts } from '../json.ts';
import { normalizeName } from '../packaging/index.ts';
import { isTable, type Project } from '../project/index.ts';
import { cutoffTime, parseCutoff, readUvSettings } from '../uvsettings/index.ts';

/** What the project says about builds. */
export interface BuildSettings {
  /** Requirements that limit what is chosen for builds, without asking for it. */
  readonly constraints: readonly string[];
  /** Requirements that builds of a package get beside its own (`extra-build-dependencies`), by normalised name. */
  readonly extra: ReadonlyMap<string, readonly string[]>;
  /** What backends get as `config_settings`, for a package. */
  readonly configSettings: (name: string) => Readonly<Record<string, string | readonly string[]>>;
  /** Files that were uploaded later are not seen. Milliseconds since 1970; undefined: no limit. */
  readonly cutoff: (name: string) => number | undefined;
}

export interface SettingsInput {
  readonly project: Pick<Project, 'root' | 'rootPyproject'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `build-constraints` of Wherry's own configuration. */
  readonly constraints: readonly string[];
  /** Milliseconds since 1970; spans of time end here. */
  readonly now: number;
}

/**
 * Reads the settings of uv that builds follow: of the machine's own only `exclude-newer`, which decides what is chosen and locked; the others would make
 * a wheel depend on who builds it. Errors: CONFIG_INVALID for an exclude-newer that is no time, PROJECT_BROKEN.
 */
export async function readBuildSettings({ project, env, constraints, now }: SettingsInput): Promise<BuildSettings> {
  const { workspace, table: uv, all } = await readUvSettings(project, env);
  const timeOf = (value: unknown) => {
    const cutoff = parseCutoff(value);
    return cutoff === undefined ? undefined : cutoffTime(cutoff, now);
  };
  const general = timeOf(env.UV_EXCLUDE_NEWER || all['exclude-newer']);
  const special = byName(all['exclude-newer-package'], (value) => ({ cutoff: value === false ? undefined : timeOf(value) }));
  const settings = settingsTable(uv['config-settings']);
  const own = byName(uv['config-settings-package'], settingsTable);
  return {
    constraints: [...constraints, ...texts(workspace['build-constraint-dependencies'])],
    extra: byName(uv['extra-build-dependencies'], texts),
    configSettings: (name) => ({ ...settings, ...own.get(name) }),
    cutoff: (name) => (special.get(name) ?? { cutoff: general }).cutoff,
  };
}

function byName<T>(value: unknown, read: (value: unknown) => T): ReadonlyMap<string, T> {
  return new Map(Object.entries(isTable(value) ? value : {}).map(([name, item]) => [normalizeName(name), read(item)]));
}

/** Requirements as texts; the table form `{ requirement = "…" }` of extra build dependencies too. */
function texts(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : []).flatMap((item: unknown) => {
    if (typeof item === 'string') return [item];
    return isTable(item) && typeof item.requirement === 'string' ? [item.requirement] : [];
  });
}

function settingsTable(value: unknown): Readonly<Record<string, string | readonly string[]>> {
  const pairs = Object.entries(isTable(value) ? value : {}).flatMap(([key, item]): [string, string | readonly string[]][] => {
    if (typeof item === 'string') return [[key, item]];
    return isTexts(item) ? [[key, item]] : [];
  });
  return Object.fromEntries(pairs);
}
