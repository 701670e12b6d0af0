import { normalizeName } from '../packaging/index.ts';
import { isTable } from '../project/index.ts';
import type { TomlTable } from '../project/types.ts';

export { isTable };

/** A setting of the project has a shape that cannot be compared with the lock. */
export class Unreadable extends Error {}

/** The value below a chain of tables, or `undefined`. Throws `Unreadable` where a table is expected and something else stands. */
export function valueAt(table: TomlTable, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key, depth) => {
    if (value === undefined) return undefined;
    if (!isTable(value)) throw new Unreadable(`${keys.slice(0, depth).join('.')} is not a table`);
    return Object.hasOwn(value, key) ? value[key] : undefined;
  }, table);
}

/** The table below a chain of tables; absent means empty. */
export function tableAt(table: TomlTable, ...keys: readonly string[]): TomlTable {
  const value = valueAt(table, ...keys) ?? {};
  if (!isTable(value)) throw new Unreadable(`${keys.join('.')} is not a table`);
  return value;
}

/** The list below a chain of tables; absent means empty. */
export function listAt(table: TomlTable, ...keys: readonly string[]): readonly unknown[] {
  const value = valueAt(table, ...keys) ?? [];
  if (!Array.isArray(value)) throw new Unreadable(`${keys.join('.')} is not a list`);
  return value;
}

/** The list of texts below a chain of tables; absent means empty. */
export function textsAt(table: TomlTable, ...keys: readonly string[]): readonly string[] {
  const list = listAt(table, ...keys);
  if (!list.every((value) => typeof value === 'string')) throw new Unreadable(`${keys.join('.')} holds something that is not text`);
  return list;
}

/** The text below a chain of tables, or `undefined`. */
export function textAt(table: TomlTable, ...keys: readonly string[]): string | undefined {
  const value = valueAt(table, ...keys);
  if (value !== undefined && typeof value !== 'string') throw new Unreadable(`${keys.join('.')} is not text`);
  return value;
}

/** The truth value below a chain of tables, or `undefined`. */
export function flagAt(table: TomlTable, ...keys: readonly string[]): boolean | undefined {
  const value = valueAt(table, ...keys);
  if (value !== undefined && typeof value !== 'boolean') throw new Unreadable(`${keys.join('.')} is neither true nor false`);
  return value;
}

/** The table with its keys normalised as names of packages, extras or groups. Throws `Unreadable` where two keys become one. */
export function byName(table: TomlTable): ReadonlyMap<string, unknown> {
  const entries = Object.entries(table).map(([key, value]) => [normalizeName(key), value] as const);
  const map = new Map(entries);
  if (map.size !== entries.length) throw new Unreadable(`two of ${Object.keys(table).join(', ')} are one name`);
  return map;
}
