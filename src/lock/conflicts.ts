import { normalizeName } from '../packaging/index.ts';
import type { Project, TomlTable } from '../project/types.ts';
import { byName, isTable, listAt, tableAt, textAt, Unreadable, valueAt } from './table.ts';
import type { ConflictItem } from './types.ts';

/** One text per conflicting item. */
type Item = string;
type ConflictSet = readonly Item[];

/**
 * `tool.uv.conflicts` of the workspace as the lock holds them: those declared, in order (as one text each), and those that
 * follow because a group of the root includes a conflicting one, in no order.
 */
export function declaredConflicts(project: Project): { readonly declared: readonly string[]; readonly inferred: readonly string[] } {
  const root = project.rootPyproject.data;
  const fromRoot = tableAt(root, 'project').name === undefined ? conflictSets(root, undefined) : [];
  const sets = [...fromRoot, ...project.members.flatMap((member) => conflictSets(member.pyproject.data, member.name))];
  const declared = sets.map(setKey);
  return {
    declared,
    inferred: inferredSets(sets, root)
      .map(setKey)
      .filter((key) => !declared.includes(key)),
  };
}

/** The lock's conflicts, one text per set. */
export function lockedConflicts(conflicts: readonly (readonly ConflictItem[])[]): readonly string[] {
  return conflicts.map((set) => setKey(set.map(itemKey)));
}

function setKey(set: ConflictSet): string {
  return [...new Set(set)].sort().join(' | ');
}

function itemKey({ package: name, extra, group }: ConflictItem): Item {
  const part = extra === undefined ? (group === undefined ? '' : `:${normalizeName(group)}`) : `[${normalizeName(extra)}]`;
  return `${normalizeName(name)}${part}`;
}

function conflictSets(data: TomlTable, owner: string | undefined): readonly ConflictSet[] {
  return listAt(data, 'tool', 'uv', 'conflicts').map((set) => {
    if (!Array.isArray(set)) throw new Unreadable('tool.uv.conflicts holds something that is not a list');
    return set.map((item: unknown) => conflictItem(item, owner));
  });
}

function conflictItem(item: unknown, owner: string | undefined): Item {
  if (!isTable(item)) throw new Unreadable('a conflict is not a table');
  const [extra, group] = [textAt(item, 'extra'), textAt(item, 'group')];
  const name = textAt(item, 'package') ?? owner;
  if (name === undefined) throw new Unreadable('a conflict names no package');
  return itemKey({ package: name, ...(extra === undefined ? {} : { extra }), ...(group === undefined ? {} : { group }) });
}

/** Each conflicting group can be replaced by any group of the root that includes it. */
function inferredSets(sets: readonly ConflictSet[], root: TomlTable): readonly ConflictSet[] {
  const owner = valueAt(root, 'project', 'name');
  if (typeof owner !== 'string') return [];
  const includes = inclusions(root);
  const known = new Map(sets.map((set) => [setKey(set), set]));
  for (const set of known.values()) {
    for (const item of set) {
      const group = /:(.*)$/.exec(item)?.[1];
      for (const includer of group === undefined ? [] : includersOf(group, includes)) {
        const replaced = set.map((other) => (other === item ? itemKey({ package: owner, group: includer }) : other));
        // A map that grows while it is walked gives its new entries too, so replacements combine.
        if (!known.has(setKey(replaced)) && new Set(replaced).size > 1) known.set(setKey(replaced), replaced);
      }
    }
  }
  return [...known.values()];
}

function inclusions(root: TomlTable): ReadonlyMap<string, readonly string[]> {
  const groups = byName(tableAt(root, 'dependency-groups'));
  return new Map(
    [...groups].map(([name, entries]) => [
      name,
      (Array.isArray(entries) ? entries : []).flatMap((entry: unknown) => {
        const included = isTable(entry) ? textAt(entry, 'include-group') : undefined;
        return included === undefined ? [] : [normalizeName(included)];
      }),
    ]),
  );
}

function includersOf(group: string, includes: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set<string>();
  const queue = [group];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const [includer, included] of includes) {
      if (!included.includes(next) || found.has(includer)) continue;
      found.add(includer);
      queue.push(includer);
    }
  }
  return [...found];
}
