import path from 'node:path';
import { normalizeName, parseSpecifiers, parseVersion } from '../packaging/index.ts';
import type { Pyproject } from '../project/types.ts';
import { type Comparable, fromWire } from './comparable.ts';
import { withComputed } from './computed.ts';
import type { Condition } from './condition.ts';
import { type Declared, declaredBy, dynamicFields, staticVersion } from './declared.ts';
import { flattened } from './flatten.ts';
import { sameReleases } from './releases.ts';
import { foreignScope, isPackage, type Scope, treeScope, type WorkspaceScope } from './scope.ts';
import { compareRequirements, compareText, differs, type Field, type Inquiry, judge, type Staleness, unverified } from './staleness.ts';
import { textAt } from './table.ts';
import type { LockedPackage, PackageMetadata } from './types.ts';

/** `requires-python`: the lock holds the intersection over all members. */
export function checkRequiresPython({ project, lock, requiresPython }: Inquiry): readonly Staleness[] {
  const ranges = project.members.flatMap(({ pyproject }) => textAt(pyproject.data, 'project', 'requires-python') ?? []);
  const field: Field = { pyproject: project.rootPyproject, keys: ['project', 'requires-python'] };
  // Without any range uv takes the minor version of the Python it finds.
  if (ranges.length === 0) return /^>=\d+\.\d+$/.test(lock.requiresPython ?? '') ? [] : [differs(field, lock.requiresPython ?? '', '')];
  const declared = ranges.flatMap(parseSpecifiers);
  return lock.requiresPython !== undefined && sameReleases(declared, requiresPython)
    ? []
    : [differs(field, lock.requiresPython ?? '', ranges.join(' and '))];
}

/** Which members there are, and whether each is built, editable or only a list of dependencies. */
export function checkMembers({ project, lock, workspace }: Inquiry): readonly Staleness[] {
  const isSingle = project.members.length === 1 && project.rootPyproject.data.project !== undefined;
  const names = isSingle ? [] : project.members.map(({ name }) => name).sort();
  const field: Field = { pyproject: project.rootPyproject, keys: ['tool', 'uv', 'workspace', 'members'] };
  const listed = compareText(field, lock.manifest.members.map(normalizeName).sort().join(', '), names.join(', '));
  const kinds = project.members.flatMap((member) => {
    const { data } = member.pyproject;
    const built = isPackage(data, workspace.required.has(member.name));
    const kind = built ? ((workspace.required.get(member.name) ?? true) ? 'editable' : 'directory') : 'virtual';
    const locked = lock.packages.filter(({ name }) => normalizeName(name) === member.name);
    const actual = locked.map(({ source }) =>
      'directory' in source ? `${source.kind} ${path.posix.normalize(source.directory)}` : source.kind,
    );
    return compareText({ pyproject: member.pyproject, keys: ['tool', 'uv', 'package'] }, actual.join(', '), `${kind} ${member.path}`);
  });
  return [...listed, ...kinds];
}

/** Version, dependencies, extras and groups of every source tree in the lock. */
export function checkTrees(inquiry: Inquiry): readonly Staleness[] {
  return inquiry.lock.packages.flatMap((locked) => {
    if (!('directory' in locked.source)) return [];
    const directory = path.resolve(inquiry.project.root, locked.source.directory);
    const tree = treeAt(directory, inquiry);
    const root: Field = { pyproject: inquiry.project.rootPyproject, keys: ['tool', 'uv', 'sources', locked.name] };
    if (typeof tree === 'string') return [unverified(root, tree)];
    const computed = inquiry.surroundings.computed?.get(directory);
    const whole = computed === undefined ? tree : { ...tree, pyproject: withComputed(tree.pyproject, computed) };
    return judge({ pyproject: tree.pyproject, keys: ['project'] }, () => checkTree(locked, { ...whole, directory }, inquiry));
  });
}

interface Tree {
  readonly pyproject: Pyproject;
  readonly scope: Scope;
}

/** The tree at a path, or why it cannot be compared. */
function treeAt(directory: string, { project, workspace }: Inquiry): Tree | string {
  const member = project.members.find((one) => path.resolve(project.root, one.path) === directory);
  if (member !== undefined) return { pyproject: member.pyproject, scope: treeScope(member.pyproject, workspace) };
  const tree = workspace.trees.get(directory);
  if (tree?.kind !== 'directory') return 'the directory does not exist';
  if (tree.pyproject?.data.project === undefined) return legacyTree(tree.pyproject?.file ?? path.join(directory, 'setup.py'), workspace);
  if (tree.inWorkspace) return 'it is part of another workspace';
  return { pyproject: tree.pyproject, scope: foreignScope(tree.pyproject, workspace.trees) };
}

/** A project without `[project]`, often setup.py alone: all that it declares is computed by its build backend, and no sources of uv apply to it. */
function legacyTree(file: string, { trees }: WorkspaceScope): Tree {
  const pyproject = { file, text: '', data: {} };
  return { pyproject, scope: foreignScope(pyproject, trees) };
}

function checkTree(locked: LockedPackage, tree: Tree & { readonly directory: string }, inquiry: Inquiry): readonly Staleness[] {
  const { data } = tree.pyproject;
  if (data.project === undefined) return [computedField(tree, 'dependencies')];
  const dynamic = dynamicFields(data);
  const computed = ['dependencies', 'optional-dependencies'].filter((key) => dynamic.has(key));
  const version = checkVersion(locked, tree.pyproject, dynamic.has('version'));
  if (computed.length > 0) return [...version, ...computed.map((key) => computedField(tree, key))];
  if (lacksMetadata(locked, inquiry.lock.revision)) {
    return [
      ...version,
      unverified({ pyproject: tree.pyproject, keys: ['project', 'dependencies'] }, 'the lock was written without metadata'),
    ];
  }
  const metadata = locked.metadata ?? { requiresDist: [], providesExtras: [], requiresDev: {} };
  const declared = declaredBy(tree.pyproject, tree.scope);
  return [...version, ...checkMetadata({ metadata, declared, tree, isDynamic: dynamic.has('version') }, inquiry)];
}

/**
 * Since revision 4 a lock may be written without metadata. But uv also writes none for a tree that requires nothing, in any revision; so what is
 * missing beside requirements was left out, and what is missing without them is empty.
 */
function lacksMetadata({ metadata, dependencies, optionalDependencies, groups }: LockedPackage, revision: number): boolean {
  const edges = [dependencies, ...Object.values(optionalDependencies), ...Object.values(groups)].flat();
  return metadata === undefined && revision > 3 && edges.length > 0;
}

function computedField({ pyproject, directory }: Tree & { readonly directory: string }, key: string): Staleness {
  return { ...unverified({ pyproject, keys: ['project', key] }, 'dynamic: computed by the build backend'), computedBy: directory };
}

function checkVersion(locked: LockedPackage, pyproject: Pyproject, isDynamic: boolean): readonly Staleness[] {
  const version = staticVersion(pyproject.data);
  const declared = isDynamic ? 'dynamic' : (version ?? '');
  const known = locked.version === undefined ? 'dynamic' : parseVersion(locked.version).text;
  return compareText({ pyproject, keys: ['project', 'version'] }, known, declared);
}

interface Comparison {
  readonly metadata: PackageMetadata;
  readonly declared: Declared;
  readonly tree: Tree;
  readonly isDynamic: boolean;
}

function checkMetadata(comparison: Comparison, inquiry: Inquiry): readonly Staleness[] {
  const { metadata, declared, tree } = comparison;
  return [
    ...checkRequiresDist(comparison, inquiry),
    ...(inquiry.lock.revision === 0 ? [] : compareExtras(metadata, declared, tree.pyproject)),
    ...compareGroups({ lock: wireGroups(metadata.requiresDev, inquiry), project: declared.groups }, tree.pyproject, inquiry),
  ];
}

function checkRequiresDist({ metadata, declared, tree, isDynamic }: Comparison, inquiry: Inquiry): readonly Staleness[] {
  const { pyproject } = tree;
  const locked = metadata.requiresDist.map((wire) => fromWire(wire, inquiry.project.root));
  const whole = [...declared.dependencies, ...[...declared.extras.values()].flat()];
  const name = tree.scope.name ?? '';
  if (sameSet(locked, whole, inquiry)) return [];
  // Some backends resolve references of a project to its own extras; uv accepts both forms where it had to ask the backend.
  if (isDynamic && sameSet(locked, flattened(whole, name), inquiry)) return [];
  const sections = [
    { keys: ['project', 'dependencies'], extra: undefined, project: declared.dependencies },
    ...[...declared.extras].map(([extra, project]) => ({ keys: ['project', 'optional-dependencies', extra], extra, project })),
  ];
  const known = new Set(declared.extras.keys());
  const found = sections.flatMap(({ keys, extra, project }) => {
    const lock = locked.filter((one) => extraOf(one.condition, known) === extra);
    return compareRequirements({ pyproject, keys }, { lock, project }, inquiry.requiresPython);
  });
  const all: Field = { pyproject, keys: ['project', 'dependencies'] };
  return found.length > 0 ? found : compareRequirements(all, { lock: locked, project: whole }, inquiry.requiresPython);
}

function sameSet(
  lock: readonly Comparable[],
  project: readonly Comparable[],
  { project: { rootPyproject }, requiresPython }: Inquiry,
): boolean {
  return compareRequirements({ pyproject: rootPyproject, keys: [] }, { lock, project }, requiresPython).length === 0;
}

/** The declared extra that a locked requirement belongs to, by the extras its marker mentions. */
function extraOf(condition: Condition, known: ReadonlySet<string>): string | undefined {
  const names = extrasIn(condition);
  return names.length === 1 && names[0] !== undefined && known.has(names[0]) ? names[0] : undefined;
}

function extrasIn(condition: Condition): readonly string[] {
  if (condition.kind === 'extra') return [condition.name];
  if (condition.kind === 'not') return extrasIn(condition.part);
  return 'parts' in condition ? [...new Set(condition.parts.flatMap(extrasIn))] : [];
}

/** Extras by name, the empty ones too. Locks of revision 0 do not list them. */
function compareExtras(metadata: PackageMetadata, declared: Declared, pyproject: Pyproject): readonly Staleness[] {
  const locked = (metadata.providesExtras ?? []).map(normalizeName).sort();
  return compareText(
    { pyproject, keys: ['project', 'optional-dependencies'] },
    locked.join(', '),
    [...declared.extras.keys()].sort().join(', '),
  );
}

type Groups = Declared['groups'];

/** The lock's groups in comparable form. */
export function wireGroups(groups: PackageMetadata['requiresDev'], { project }: Inquiry): Groups {
  return new Map(Object.entries(groups).map(([name, list]) => [normalizeName(name), list.map((wire) => fromWire(wire, project.root))]));
}

/** Compares groups by name. An empty group counts from revision 1 on. */
export function compareGroups(
  sides: { readonly lock: Groups; readonly project: Groups; readonly ignoreEmpty?: boolean },
  pyproject: Pyproject,
  { lock: { revision }, requiresPython }: Inquiry,
): readonly Staleness[] {
  const namesOnly =
    sides.ignoreEmpty === true || revision === 0
      ? []
      : compareText({ pyproject, keys: ['dependency-groups'] }, names(sides.lock), names(sides.project));
  const all = [...new Set([...sides.lock.keys(), ...sides.project.keys()])];
  const lists = all.flatMap((group) =>
    compareRequirements(
      { pyproject, keys: ['dependency-groups', group] },
      { lock: sides.lock.get(group) ?? [], project: sides.project.get(group) ?? [] },
      requiresPython,
    ),
  );
  return [...lists, ...namesOnly];
}

function names(groups: Groups): string {
  return [...groups.keys()].sort().join(', ');
}
