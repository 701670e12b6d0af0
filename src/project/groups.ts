import { ToolError } from '../errors/index.ts';
import { normalizeName, parseSpecifiers, type Specifiers } from '../packaging/index.ts';
import { placeOf } from './places.ts';
import { isTable, tableAt } from './toml.ts';
import type { Pyproject } from './types.ts';

/** A dependency group as far as it concerns who is allowed to install it (PEP 735, `tool.uv.dependency-groups`). */
export interface DependencyGroup {
  /** `requires-python` of the group and of all that it includes; empty for any Python. */
  readonly requiresPython: Specifiers;
}

/**
 * `[dependency-groups]` by normalised name, and `dev` for the older `tool.uv.dev-dependencies`. Throws PROJECT_BROKEN for what the standard and
 * uv refuse whether or not the group is used: cycles, unknown groups, entries of another shape, two spellings of one name.
 */
export function dependencyGroups(pyproject: Pyproject): ReadonlyMap<string, DependencyGroup> {
  const groups = readGroups(pyproject);
  for (const name of groups.settings.keys()) if (!groups.tables.has(name)) throw unknownGroup(groups, name, undefined);
  const found = new Map<string, DependencyGroup>();
  for (const name of groups.tables.keys()) found.set(name, { requiresPython: rangeOf(groups, name, []) });
  return groups.hasLegacyDev && !found.has('dev') ? found.set('dev', { requiresPython: [] }) : found;
}

interface Groups {
  readonly pyproject: Pyproject;
  /** Entries and the name as it is written. */
  readonly tables: ReadonlyMap<string, Named>;
  readonly settings: ReadonlyMap<string, Named>;
  /** Groups cannot include what is written in `tool.uv.dev-dependencies`. */
  readonly hasLegacyDev: boolean;
}

interface Named {
  readonly written: string;
  readonly value: unknown;
}

function readGroups(pyproject: Pyproject): Groups {
  return {
    pyproject,
    tables: byName(pyproject, ['dependency-groups']),
    settings: byName(pyproject, ['tool', 'uv', 'dependency-groups']),
    hasLegacyDev: tableAt(pyproject.data, ['tool', 'uv'])?.['dev-dependencies'] !== undefined,
  };
}

function byName(pyproject: Pyproject, path: readonly string[]): ReadonlyMap<string, Named> {
  const found = new Map<string, Named>();
  for (const [written, value] of Object.entries(tableAt(pyproject.data, path) ?? {})) {
    const other = found.get(normalizeName(written));
    if (other !== undefined) throw broken(pyproject, [...path, written], `${other.written} and ${written} are one name`);
    found.set(normalizeName(written), { written, value });
  }
  return found;
}

function rangeOf(groups: Groups, name: string, parents: readonly string[]): Specifiers {
  const group = groups.tables.get(name);
  if (group === undefined) throw unknownGroup(groups, name, parents.at(-1));
  const path = ['dependency-groups', group.written];
  if (parents.includes(name)) {
    const cycle = [...parents.slice(parents.indexOf(name)), name].join(' → ');
    throw broken(groups.pyproject, path, `the dependency group ${name} includes itself: ${cycle}`);
  }
  if (!Array.isArray(group.value)) throw broken(groups.pyproject, path, `the dependency group ${name} is not a list`);
  const included = group.value.flatMap((entry: unknown): Specifiers => {
    if (typeof entry === 'string') return [];
    const other = includedGroup(entry);
    if (other !== undefined) return rangeOf(groups, normalizeName(other), [...parents, name]);
    throw broken(
      groups.pyproject,
      path,
      `the dependency group ${name} holds something that is neither a requirement nor { include-group = "…" }`,
    );
  });
  return [...included, ...ownRange(groups, name)];
}

function includedGroup(entry: unknown): string | undefined {
  if (!isTable(entry) || Object.keys(entry).length !== 1) return undefined;
  const name = entry['include-group'];
  return typeof name === 'string' ? name : undefined;
}

function ownRange({ pyproject, settings }: Groups, name: string): Specifiers {
  const setting = settings.get(name);
  if (setting === undefined) return [];
  const path = ['tool', 'uv', 'dependency-groups', setting.written];
  const text = isTable(setting.value) ? (setting.value['requires-python'] ?? '') : undefined;
  if (typeof text !== 'string') throw broken(pyproject, path, `tool.uv.dependency-groups.${name} is not { requires-python = "…" }`);
  return parseSpecifiers(text);
}

function unknownGroup({ pyproject, settings, hasLegacyDev }: Groups, name: string, parent: string | undefined): ToolError {
  const path =
    parent === undefined ? ['tool', 'uv', 'dependency-groups', settings.get(name)?.written ?? name] : ['dependency-groups', parent];
  const who = parent === undefined ? 'tool.uv.dependency-groups names' : `the dependency group ${parent} includes`;
  const hint =
    name === 'dev' && hasLegacyDev
      ? 'move the entries of tool.uv.dev-dependencies into [dependency-groups] dev: groups cannot include the former'
      : `add ${name} to [dependency-groups]`;
  return broken(pyproject, path, `${who} ${name}, which is not there`, hint);
}

function broken(pyproject: Pyproject, path: readonly string[], message: string, hint?: string): ToolError {
  return new ToolError('PROJECT_BROKEN', message, { where: placeOf(pyproject, path), ...(hint === undefined ? {} : { hint }) });
}
