import { dirname, relative, sep } from 'node:path';
import { ToolError } from '../errors/index.ts';
import { normalizeName } from '../packaging/index.ts';
import { dependencyGroups } from './groups.ts';
import { placeOf } from './places.ts';
import { isTable, tableAt } from './toml.ts';
import type { Member, Pyproject } from './types.ts';
import type { FoundWorkspace } from './workspace.ts';

/**
 * The members of a workspace, sorted by name. Throws WORKSPACE_INVALID for a shared name, PROJECT_BROKEN for a missing or wrong field and for
 * dependency groups that make no sense.
 */
export function readMembers(workspace: FoundWorkspace): readonly Member[] {
  for (const pyproject of new Set([workspace.root, ...workspace.members])) dependencyGroups(pyproject);
  const required = requiredMembers(workspace);
  const byName = new Map<string, Member>();
  for (const pyproject of workspace.members) {
    if (!isTable(pyproject.data.project)) continue;
    const member = readMember(workspace.root, pyproject, required);
    const other = byName.get(member.name);
    if (other !== undefined) throw sharedName(member, other);
    byName.set(member.name, member);
  }
  return [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function sharedName(member: Member, other: Member): ToolError {
  return new ToolError('WORKSPACE_INVALID', `two workspace members are named ${member.name}: ${other.path} and ${member.path}`, {
    where: placeOf(member.pyproject, ['project', 'name']),
    hint: 'give one of them another name, or add it to the exclude list of [tool.uv.workspace]',
  });
}

/**
 * A project outside of the workspace that the lock names by its path; undefined without a [project] table. `root` is pyproject.toml of the
 * workspace root. Throws PROJECT_BROKEN.
 */
export function readOutsideMember(root: Pyproject, pyproject: Pyproject): Member | undefined {
  if (!isTable(pyproject.data.project)) return undefined;
  return { ...readMember(root, pyproject, new Set()), isPackage: true };
}

function readMember(root: Pyproject, pyproject: Pyproject, required: ReadonlySet<string>): Member {
  const project = tableAt(pyproject.data, ['project']) ?? {};
  const name = normalizeName(stringField(pyproject, 'name') ?? missingName(pyproject));
  const path = relative(dirname(root.file), dirname(pyproject.file)).split(sep).join('/');
  const build = tableAt(pyproject.data, ['build-system']);
  const backend = build?.['build-backend'];
  return {
    name,
    path: path === '' ? '.' : path,
    pyproject,
    version: project.version === undefined ? undefined : stringField(pyproject, 'version'),
    isPackage: isPackage(pyproject, { declared: build !== undefined, required: required.has(name) }),
    // PEP 517: a build-system table without a backend means setuptools' legacy one.
    backend: build === undefined ? undefined : typeof backend === 'string' ? backend : 'setuptools.build_meta:__legacy__',
  };
}

function isPackage(pyproject: Pyproject, facts: { declared: boolean; required: boolean }): boolean {
  const explicit = tableAt(pyproject.data, ['tool', 'uv'])?.package;
  return typeof explicit === 'boolean' ? explicit : facts.declared || facts.required;
}

function stringField(pyproject: Pyproject, key: string): string | undefined {
  const value = tableAt(pyproject.data, ['project'])?.[key];
  if (value === undefined || typeof value === 'string') return value;
  throw new ToolError('PROJECT_BROKEN', `project.${key} is not a string`, { where: placeOf(pyproject, ['project', key]) });
}

function missingName(pyproject: Pyproject): never {
  throw new ToolError('PROJECT_BROKEN', 'project.name is missing', {
    where: placeOf(pyproject, ['project']),
    hint: 'add a name: name = "my-project"',
  });
}

/** Names that some member (or the root) takes from the workspace: uv installs those even without a build system. */
function requiredMembers(workspace: FoundWorkspace): ReadonlySet<string> {
  const names = new Set<string>();
  for (const pyproject of new Set([workspace.root, ...workspace.members])) {
    const sources = tableAt(pyproject.data, ['tool', 'uv', 'sources']) ?? {};
    for (const [name, source] of Object.entries(sources)) {
      const alternatives: readonly unknown[] = Array.isArray(source) ? source : [source];
      if (alternatives.some((each) => isTable(each) && each.workspace === true)) names.add(normalizeName(name));
    }
  }
  return names;
}
