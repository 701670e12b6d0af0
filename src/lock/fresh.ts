import { ToolError } from '../errors/index.ts';
import type { Project, TomlTable } from '../project/types.ts';
import { readUvSettings, type UvSettings } from '../uvsettings/index.ts';
import { checkLock } from './check.ts';
import type { ComputedTrees } from './computed.ts';
import type { Staleness, Surroundings } from './staleness.ts';
import { readTrees } from './trees.ts';
import type { Lock } from './types.ts';

export interface FreshnessOptions {
  /** Use the lock as it is (`--frozen`). */
  readonly frozen: boolean;
  /** The default index that uv is configured with here, where it is known. */
  readonly defaultIndex?: string;
  /** What build backends said of trees. Without it, what only a backend knows is not judged here but listed. */
  readonly computed?: ComputedTrees;
  /** The process environment, which says where the machine's own settings of uv are; without it they are not looked at. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Reads what `checkLock` cannot see in the project: source trees outside the workspace, and settings beside it, above it and of the machine. */
export async function readSurroundings(project: Project, lock: Lock, env?: FreshnessOptions['env']): Promise<Surroundings> {
  const [trees, settings] = await Promise.all([readTrees(project, lock), readUvSettings(project, env)]);
  return { trees, settings: withOwnIndexes(settings) };
}

/** Of indexes only the project's own: those of the machine are often mirrors, and the lock is none the worse for naming what they mirror. */
function withOwnIndexes({ all, table }: UvSettings): TomlTable {
  const keys = ['index', 'index-url', 'extra-index-url', 'find-links'];
  const others = Object.entries(all).filter(([key]) => !keys.includes(key));
  return Object.fromEntries([...others, ...Object.entries(table).filter(([key]) => keys.includes(key))]);
}

/**
 * Refuses a lock that the project has outgrown; only `frozen` skips the check. Gives the absolute paths of the trees whose dependencies only their
 * build backend knows: whoever has asked it calls again with `computed`. Errors: `LOCK_STALE` naming the field and both values,
 * `LOCK_UNVERIFIED` for what cannot be compared (uv-and-wheels §2.4).
 */
export async function requireFreshLock(project: Project, lock: Lock, options: FreshnessOptions): Promise<readonly string[]> {
  if (options.frozen) return [];
  const { defaultIndex, computed, env } = options;
  const surroundings = await readSurroundings(project, lock, env);
  const more = { ...(defaultIndex !== undefined && { defaultIndex }), ...(computed !== undefined && { computed }) };
  const found = checkLock(project, lock, { ...surroundings, ...more });
  const stale = found.filter(({ kind }) => kind === 'differs');
  if (stale.length > 0) throw staleError(stale);
  const open = found.filter(({ computedBy }) => computed !== undefined || computedBy === undefined);
  if (open.length > 0) throw unverifiedError(open);
  return [...new Set(found.flatMap(({ computedBy }) => computedBy ?? []))];
}

const mostShown = 5;

function staleError(found: readonly Staleness[]): ToolError {
  const [first, ...rest] = found;
  return new ToolError('LOCK_STALE', `uv.lock does not match ${first?.field}`, {
    details: [
      `uv.lock has: ${first?.lockValue}`,
      `the project has: ${first?.projectValue}`,
      ...rest
        .slice(0, mostShown)
        .map(({ field, lockValue, projectValue }) => `${field}: uv.lock has ${lockValue}, the project has ${projectValue}`),
      ...(rest.length > mostShown ? [`and ${rest.length - mostShown} more`] : []),
    ],
    hint: 'run uv lock, or build with --frozen to use the lock as it is',
    ...(first === undefined ? {} : { where: first.where }),
  });
}

function unverifiedError(found: readonly Staleness[]): ToolError {
  const [first] = found;
  return new ToolError('LOCK_UNVERIFIED', `uv.lock cannot be compared with ${first?.field}`, {
    details: found.slice(0, mostShown).map(({ field, projectValue }) => `${field}: ${projectValue}`),
    hint: 'run uv lock --check yourself and build with --frozen',
    ...(first === undefined ? {} : { where: first.where }),
  });
}
