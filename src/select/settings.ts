import { normalizeName } from '../packaging/index.ts';
import type { Pyproject, TomlTable } from '../project/types.ts';

/** `tool.uv.default-groups`: names, or `all`; undefined when it is not set. */
export function defaultGroups(pyproject: Pyproject): readonly string[] | 'all' | undefined {
  const value = uvTable(pyproject)['default-groups'];
  if (value === 'all') return 'all';
  return Array.isArray(value) ? names(value) : undefined;
}

/** Normalised names in `[project.optional-dependencies]`. */
export function definedExtras(pyproject: Pyproject): readonly string[] {
  return Object.keys(table(table(pyproject.data.project)['optional-dependencies'])).map(normalizeName);
}

/** Normalised names in `[dependency-groups]`, and `dev` for the older `tool.uv.dev-dependencies`. */
export function definedGroups(pyproject: Pyproject): readonly string[] {
  const groups = Object.keys(table(pyproject.data['dependency-groups'])).map(normalizeName);
  return uvTable(pyproject)['dev-dependencies'] === undefined ? groups : [...groups, 'dev'];
}

function uvTable(pyproject: Pyproject): TomlTable {
  return table(table(pyproject.data.tool).uv);
}

function table(value: unknown): TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as TomlTable) : {};
}

function names(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === 'string').map(normalizeName);
}
