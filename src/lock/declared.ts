import { normalizeName, parseSpecifiers, parseVersion, type Specifiers } from '../packaging/index.ts';
import type { Pyproject, TomlTable } from '../project/types.ts';
import type { Comparable } from './comparable.ts';
import { all, type Condition } from './condition.ts';
import { lower, type Standing } from './lowering.ts';
import type { Scope } from './scope.ts';
import { byName, isTable, tableAt, textAt, textsAt, Unreadable, valueAt } from './table.ts';

/** What a pyproject.toml declares, lowered to the lock's form. */
export interface Declared {
  readonly dependencies: readonly Comparable[];
  readonly extras: ReadonlyMap<string, readonly Comparable[]>;
  readonly groups: ReadonlyMap<string, readonly Comparable[]>;
}

/** Fields of `[project]` that a build backend computes. */
export function dynamicFields(data: TomlTable): ReadonlySet<string> {
  const project = tableAt(data, 'project');
  const fields = new Set(textsAt(project, 'dynamic'));
  // As uv sees it, a Poetry project without `dependencies` has them in its own table.
  if (project.dependencies === undefined && valueAt(data, 'tool', 'poetry') !== undefined) fields.add('dependencies');
  return fields;
}

/** The static version in its normal form; `undefined` if there is none. */
export function staticVersion(data: TomlTable): string | undefined {
  const version = textAt(data, 'project', 'version');
  return version === undefined ? undefined : parseVersion(version).text;
}

/** Dependencies, extras and groups of one source tree. Throws `Unreadable` or `ToolError` for what cannot be understood. */
export function declaredBy(pyproject: Pyproject, scope: Scope): Declared {
  const { data } = pyproject;
  const extras = byName(tableAt(data, 'project', 'optional-dependencies'));
  return {
    dependencies: lowerAll(textsAt(data, 'project', 'dependencies'), scope),
    extras: new Map([...extras].map(([extra, list]) => [extra, lowerAll(textsAt({ [extra]: list }, extra), scope, { extra })])),
    groups: groupsOf(data, scope),
  };
}

/** Every requirement of a list, lowered. */
export function lowerAll(texts: readonly string[], scope: Scope, standing: Standing = {}): readonly Comparable[] {
  return texts.flatMap((text) => lower(text, scope, standing));
}

/** `[dependency-groups]` with inclusions resolved, and `tool.uv.dev-dependencies` merged into `dev` (PEP 735). */
export function groupsOf(data: TomlTable, scope: Scope): Declared['groups'] {
  const groups = byName(tableAt(data, 'dependency-groups'));
  const settings = byName(tableAt(data, 'tool', 'uv', 'dependency-groups'));
  const expand = (name: string) => expandGroup(name, { groups, settings, parents: [] });
  const legacy =
    valueAt(data, 'tool', 'uv', 'dev-dependencies') === undefined ? undefined : textsAt(data, 'tool', 'uv', 'dev-dependencies');
  const names = new Set([...groups.keys(), ...(legacy === undefined ? [] : ['dev'])]);
  return new Map(
    [...names].map((name) => [name, lowerGroup(name, [...(groups.has(name) ? expand(name) : []), ...asEntries(name, legacy)], scope)]),
  );
}

/** One requirement of a group, with what `tool.uv.dependency-groups.NAME.requires-python` adds to its marker. */
interface GroupEntry {
  readonly text: string;
  readonly conditions: readonly Condition[];
}

interface Expansion {
  readonly groups: ReadonlyMap<string, unknown>;
  readonly settings: ReadonlyMap<string, unknown>;
  readonly parents: readonly string[];
}

function asEntries(group: string, legacy: readonly string[] | undefined): readonly GroupEntry[] {
  return group === 'dev' && legacy !== undefined ? legacy.map((text) => ({ text, conditions: [] })) : [];
}

function lowerGroup(group: string, entries: readonly GroupEntry[], scope: Scope): readonly Comparable[] {
  // Sources limited to a group apply to root settings never: uv lowers those without a group.
  const standing: Standing = scope.name === undefined ? {} : { group };
  return entries.flatMap(({ text, conditions }) =>
    lower(text, scope, standing).map((one) => (conditions.length === 0 ? one : { ...one, condition: all(one.condition, ...conditions) })),
  );
}

function expandGroup(name: string, expansion: Expansion): readonly GroupEntry[] {
  const entries = expansion.groups.get(name);
  if (!Array.isArray(entries)) throw new Unreadable(`the dependency group ${name} is not a list`);
  if (expansion.parents.includes(name)) throw new Unreadable(`the dependency group ${name} includes itself`);
  const inner = { ...expansion, parents: [...expansion.parents, name] };
  const conditions = groupConditions(name, expansion.settings);
  return entries
    .flatMap((entry: unknown) => groupEntry(entry, inner))
    .map((entry) => ({ ...entry, conditions: [...entry.conditions, ...conditions] }));
}

function groupEntry(entry: unknown, expansion: Expansion): readonly GroupEntry[] {
  if (typeof entry === 'string') return [{ text: entry, conditions: [] }];
  const included = isTable(entry) ? textAt(entry, 'include-group') : undefined;
  if (included === undefined) throw new Unreadable('a dependency group holds something that is neither a requirement nor include-group');
  return expandGroup(normalizeName(included), expansion);
}

function groupConditions(name: string, settings: ReadonlyMap<string, unknown>): readonly Condition[] {
  return ownRange(name, settings).map((specifier): Condition => ({ kind: 'version', variable: 'python_full_version', specifier }));
}

function ownRange(name: string, settings: ReadonlyMap<string, unknown>): Specifiers {
  const table = settings.get(name) ?? {};
  if (!isTable(table)) throw new Unreadable(`tool.uv.dependency-groups.${name} is not a table`);
  return parseSpecifiers(textAt(table, 'requires-python') ?? '');
}
