import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { ToolError } from '../errors/index.ts';
import { isTexts } from '../json.ts';
import { normalizeName } from '../packaging/index.ts';
import { isTable, type Project, type TomlTable, tableAt } from '../project/index.ts';

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

/** Reads `[tool.uv]`, which a uv.toml replaces. Errors: CONFIG_INVALID for an exclude-newer that is no time. */
export async function readBuildSettings({ project, env, constraints, now }: SettingsInput): Promise<BuildSettings> {
  const uv = (await uvToml(join(project.root, 'uv.toml'))) ?? tableAt(project.rootPyproject.data, ['tool', 'uv']) ?? {};
  const general = cutoffOf(env.UV_EXCLUDE_NEWER || uv['exclude-newer'], now);
  const special = byName(uv['exclude-newer-package'], (value) => ({ cutoff: value === false ? undefined : cutoffOf(value, now) }));
  const settings = settingsTable(uv['config-settings']);
  const own = byName(uv['config-settings-package'], settingsTable);
  return {
    constraints: [...constraints, ...texts(uv['build-constraint-dependencies'])],
    extra: byName(uv['extra-build-dependencies'], texts),
    configSettings: (name) => ({ ...settings, ...own.get(name) }),
    cutoff: (name) => (special.get(name) ?? { cutoff: general }).cutoff,
  };
}

async function uvToml(file: string): Promise<TomlTable | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return parse(text);
  } catch {
    return undefined;
  }
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

const unitMilliseconds = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 } as const;
const friendly = /(\d+)\s*(weeks?|wks?|w|days?|d|hours?|hrs?|h|minutes?|mins?|m|seconds?|secs?|s)(?![a-z])[\s,]*/gi;
const iso = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/i;

/** The instant of `exclude-newer`: a time, the end of a day, or so long before `now` (`P3W`, `2 weeks`). Errors: CONFIG_INVALID. */
export function cutoffOf(value: unknown, now: number): number | undefined {
  if (value === undefined || value === '') return undefined;
  if (isTable(value)) return cutoffOf(value.span ?? value.timestamp, now);
  const text = typeof value === 'string' ? value.trim() : '';
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text)
    ? endOfDay(text)
    : /^\d{4}-/.test(text)
      ? Date.parse(text.replace(' ', 'T'))
      : now - spanOf(text);
  if (!Number.isNaN(time)) return time;
  throw new ToolError('CONFIG_INVALID', `exclude-newer is neither a time nor a span of time: ${JSON.stringify(value)}`, {
    hint: 'write it as 2026-11-01T00:00:00Z, 2026-11-01 or "2 weeks"',
  });
}

/** As in uv, of the day where it runs. */
function endOfDay(text: string): number {
  const [year = 0, month = 1, day = 1] = text.split('-').map(Number);
  const start = new Date(year, month - 1, day);
  return start.getMonth() === month - 1 && start.getDate() === day ? new Date(year, month - 1, day + 1).getTime() : Number.NaN;
}

/** Milliseconds; NaN for a text that is no span. */
function spanOf(text: string): number {
  const units = ['w', 'd', 'h', 'm', 's'] as const;
  const parts = iso.exec(text);
  if (parts !== null) return units.reduce((sum, unit, index) => sum + Number(parts[index + 1] ?? 0) * unitMilliseconds[unit], 0);
  const fields = [...text.replace(/\s+ago$/i, '').matchAll(friendly)];
  if (fields.length === 0 || fields.map(([whole]) => whole).join('') !== text.replace(/\s+ago$/i, '')) return Number.NaN;
  return fields.reduce((sum, [, count, unit = 's']) => sum + Number(count) * unitMilliseconds[unit.charAt(0).toLowerCase() as 's'], 0);
}
