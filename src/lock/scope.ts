import path from 'node:path';
import { normalizeName } from '../packaging/index.ts';
import type { Member, Project, Pyproject, TomlTable } from '../project/types.ts';
import type { LocalTrees } from './local-trees.ts';
import { byName, flagAt, isTable, listAt, tableAt, Unreadable, valueAt } from './table.ts';

/** A named index: its URL, or a path relative to the file that names it. */
export interface NamedIndex {
  readonly name: string | undefined;
  readonly url: string;
  readonly isDefault: boolean;
}

/** What requirements of one pyproject.toml are lowered with (uv-and-wheels §2.4). */
export interface Scope {
  /** Absolute directory of the pyproject.toml. */
  readonly directory: string;
  /** Undefined for settings of the workspace, such as constraints. */
  readonly name: string | undefined;
  readonly sources: ReadonlyMap<string, readonly TomlTable[]>;
  readonly indexes: readonly NamedIndex[];
  readonly workspace: WorkspaceScope;
}

export interface WorkspaceScope {
  readonly root: string;
  readonly sources: Scope['sources'];
  readonly indexes: readonly NamedIndex[];
  readonly members: ReadonlyMap<string, Member>;
  /** Members that some source names, with the `editable` that the last one asks for. */
  readonly required: ReadonlyMap<string, boolean | undefined>;
  /** Packages whose sources are switched off; `true` for all. */
  readonly noSources: true | ReadonlySet<string>;
  readonly trees: LocalTrees;
}

/** The workspace of a project. `settings` are `[tool.uv]` or the uv.toml that replaces it. */
export function workspaceScope(project: Project, settings: TomlTable, trees: LocalTrees): WorkspaceScope {
  return {
    root: project.root,
    sources: sourcesOf(project.rootPyproject),
    indexes: indexesOf(project.rootPyproject.data),
    members: new Map(project.members.map((member) => [member.name, member])),
    required: requiredMembers(project),
    noSources:
      flagAt(settings, 'no-sources') === true ? true : new Set(listAt(settings, 'no-sources-package').map(String).map(normalizeName)),
    trees,
  };
}

/** The scope of a source tree outside the workspace: it is a workspace of its own. */
export function foreignScope(pyproject: Pyproject, trees: LocalTrees): Scope {
  const root = path.dirname(pyproject.file);
  const own = { root, sources: sourcesOf(pyproject), indexes: indexesOf(pyproject.data) };
  return treeScope(pyproject, { ...own, members: new Map(), required: new Map(), noSources: new Set(), trees });
}

/** The scope of a member's own requirements. */
export function treeScope(pyproject: Pyproject, workspace: WorkspaceScope): Scope {
  const name = valueAt(pyproject.data, 'project', 'name');
  return {
    directory: path.dirname(pyproject.file),
    name: typeof name === 'string' ? normalizeName(name) : undefined,
    sources: sourcesOf(pyproject),
    indexes: indexesOf(pyproject.data),
    workspace,
  };
}

/** The scope of settings of the workspace root: constraints, overrides, groups of a root without a project. */
export function rootScope(root: Pyproject, workspace: WorkspaceScope): Scope {
  return { ...treeScope(root, workspace), name: undefined };
}

/** `[tool.uv.sources]`, each as a list. */
export function sourcesOf(pyproject: Pyproject): Scope['sources'] {
  const sources = byName(tableAt(pyproject.data, 'tool', 'uv', 'sources'));
  return new Map([...sources].map(([name, value]) => [name, sourceList(name, value)]));
}

function sourceList(name: string, value: unknown): readonly TomlTable[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (!list.every(isTable)) throw new Unreadable(`the source of ${name} is not a table`);
  return list;
}

/** `[[tool.uv.index]]`, in order. */
export function indexesOf(data: TomlTable): readonly NamedIndex[] {
  return indexTables(listAt(data, 'tool', 'uv', 'index'));
}

/** Reads the tables of an `index` list. */
export function indexTables(list: readonly unknown[]): readonly NamedIndex[] {
  return list.map((value) => {
    if (!isTable(value) || typeof value.url !== 'string') throw new Unreadable('an entry of tool.uv.index has no url');
    return { name: typeof value.name === 'string' ? value.name : undefined, url: value.url, isDefault: value.default === true };
  });
}

/** A member that another one names in its sources is a package even without a build system. */
function requiredMembers(project: Project): WorkspaceScope['required'] {
  const rootName = valueAt(project.rootPyproject.data, 'project', 'name');
  const own = typeof rootName === 'string' ? normalizeName(rootName) : undefined;
  const required = new Map<string, boolean | undefined>();
  const owners = [
    { name: own, pyproject: project.rootPyproject },
    ...project.members.map((member) => ({ name: member.name, pyproject: member.pyproject })),
  ];
  for (const { name, pyproject } of owners) {
    for (const [source, entries] of sourcesOf(pyproject)) {
      if (source === name) continue;
      for (const entry of entries) if (entry.workspace === true) required.set(source, flagAt(entry, 'editable'));
    }
  }
  return required;
}

/** Whether uv builds and installs a tree: `tool.uv.package`, else whether it has a build system or is required as a package. */
export function isPackage(data: TomlTable, isRequired: boolean): boolean {
  return flagAt(data, 'tool', 'uv', 'package') ?? (isRequired || valueAt(data, 'build-system') !== undefined);
}
