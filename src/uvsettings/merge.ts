import { isTable, type TomlTable } from '../project/index.ts';

/** Settings of several files as uv combines them, the strongest first: the first single value counts, lists follow each other, tables are joined by key. */
export function mergedSettings(tables: readonly TomlTable[]): TomlTable {
  return tables.reduceRight<TomlTable>((weaker, stronger) => joined(stronger, weaker), {});
}

function joined(stronger: TomlTable, weaker: TomlTable): TomlTable {
  const keys = new Set([...Object.keys(stronger), ...Object.keys(weaker)]);
  return Object.fromEntries([...keys].map((key) => [key, both(stronger[key], weaker[key])]));
}

function both(stronger: unknown, weaker: unknown): unknown {
  if (stronger === undefined || weaker === undefined) return stronger ?? weaker;
  if (Array.isArray(stronger) && Array.isArray(weaker)) return [...stronger, ...weaker];
  return isTable(stronger) && isTable(weaker) ? { ...weaker, ...stronger } : stronger;
}
