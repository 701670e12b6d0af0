import { normalizeName, parseMarker } from '../packaging/index.ts';
import { compareGroups, wireGroups } from './check-trees.ts';
import { fromWire } from './comparable.ts';
import { declaredConflicts, lockedConflicts } from './conflicts.ts';
import { groupsOf, lowerAll } from './declared.ts';
import { optionPairs } from './options.ts';
import { rootScope } from './scope.ts';
import { compareRequirements, compareText, differs, type Field, type Inquiry, type Staleness, unverified } from './staleness.ts';
import { isTable, listAt, textsAt, valueAt } from './table.ts';
import { sameCondition } from './truth.ts';
import type { Manifest } from './types.ts';

const lists = {
  'constraint-dependencies': 'constraints',
  'override-dependencies': 'overrides',
  'build-constraint-dependencies': 'buildConstraints',
} as const satisfies Record<string, keyof Manifest>;

/** The settings of `[tool.uv]` that hold requirements for the whole workspace. */
export const requirementLists = Object.keys(lists) as readonly (keyof typeof lists)[];

/** One list of workspace-wide requirements. Overrides that hold for one package only are not compared. */
export function checkList(key: keyof typeof lists, { project, lock, workspace, requiresPython }: Inquiry): readonly Staleness[] {
  const { rootPyproject } = project;
  const field = setting(project.rootPyproject, key);
  const entries = listAt(rootPyproject.data, 'tool', 'uv', key);
  const scoped = key === 'override-dependencies' && scopedEntries(lock.manifest, 'scopedOverrides') > 0;
  if (scoped || entries.some(isTable)) return [unverified(field, 'entries that hold for one package only are not compared')];
  return compareRequirements(
    field,
    {
      lock: lock.manifest[lists[key]].map((wire) => fromWire(wire, project.root)),
      project: lowerAll(textsAt(rootPyproject.data, 'tool', 'uv', key), rootScope(rootPyproject, workspace)),
    },
    requiresPython,
  );
}

function setting(pyproject: Field['pyproject'], ...keys: readonly string[]): Field {
  return { pyproject, keys: ['tool', 'uv', ...keys] };
}

function scopedEntries(manifest: Manifest, key: string): number {
  const list = manifest.other[key];
  return Array.isArray(list) ? list.length : 0;
}

/** Packages that are left out of the resolution. */
export function checkExcludes({ project: { rootPyproject }, lock }: Inquiry): readonly Staleness[] {
  const field = setting(rootPyproject, 'exclude-dependencies');
  const entries = listAt(rootPyproject.data, 'tool', 'uv', 'exclude-dependencies');
  if (entries.some(isTable) || scopedEntries(lock.manifest, 'scopedExcludes') > 0) {
    return [unverified(field, 'entries that hold for one package only are not compared')];
  }
  const names = textsAt(rootPyproject.data, 'tool', 'uv', 'exclude-dependencies');
  return compareText(field, nameList(lock.manifest.excludes), nameList(names));
}

function nameList(names: readonly string[]): string {
  return [...new Set(names.map(normalizeName))].sort().join(', ');
}

/** Groups of a root without `[project]`; those of members are checked with the member. */
export function checkRootGroups(inquiry: Inquiry): readonly Staleness[] {
  const { project, lock, workspace } = inquiry;
  const isProject = project.members.some((member) => member.path === '.');
  const declared = isProject ? new Map() : groupsOf(project.rootPyproject.data, rootScope(project.rootPyproject, workspace));
  const sides = { lock: wireGroups(lock.manifest.dependencyGroups, inquiry), project: declared, ignoreEmpty: true };
  return compareGroups(sides, project.rootPyproject, inquiry);
}

/** `tool.uv.environments` and `required-environments`: markers, in order. */
export function checkEnvironments(key: 'environments' | 'required-environments', inquiry: Inquiry): readonly Staleness[] {
  const { project, lock, requiresPython } = inquiry;
  const { data } = project.rootPyproject;
  const value = valueAt(data, 'tool', 'uv', key);
  const declared = typeof value === 'string' ? [value] : textsAt(data, 'tool', 'uv', key);
  const locked = key === 'environments' ? lock.supportedMarkers : lock.requiredMarkers;
  const isSame = (marker: string, index: number) =>
    sameCondition(parseMarker(marker), parseMarker(locked[index] ?? ''), requiresPython) === true;
  if (declared.length === locked.length && declared.every(isSame)) return [];
  return [differs(setting(project.rootPyproject, key), locked.join(', '), declared.join(', '))];
}

/** `tool.uv.conflicts` of every member. */
export function checkConflicts({ project, lock }: Inquiry): readonly Staleness[] {
  const { declared, inferred } = declaredConflicts(project);
  const locked = lockedConflicts(lock.conflicts);
  const rest = locked.slice(declared.length).sort();
  const isSame = declared.every((set, index) => set === locked[index]) && rest.join() === [...inferred].sort().join();
  return isSame ? [] : [differs(setting(project.rootPyproject, 'conflicts'), locked.join('; '), [...declared, ...inferred].join('; '))];
}

/** Resolver settings: resolution, prerelease, fork-strategy, exclude-newer. */
export function checkOptions({ project, lock, settings }: Inquiry): readonly Staleness[] {
  return optionPairs(settings, lock.options).flatMap((pair) =>
    compareText(setting(project.rootPyproject, pair.key), pair.lock, pair.project),
  );
}
