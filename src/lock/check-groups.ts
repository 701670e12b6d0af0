import { normalizeName, parseSpecifiers } from '../packaging/index.ts';
import { dependencyGroups } from '../project/index.ts';
import type { Pyproject } from '../project/types.ts';
import { sameReleases } from './releases.ts';
import { compareText, type Inquiry, type Staleness } from './staleness.ts';
import { isTable, textsAt, valueAt } from './table.ts';
import type { GroupSettings } from './types.ts';

/** Default groups and Python ranges of groups are part of the lock from this revision on. */
const firstRevision = 5;

/** `tool.uv.default-groups` and `tool.uv.dependency-groups` of every member, and of a root without a project. */
export function checkGroupSettings({ project, lock }: Inquiry): readonly Staleness[] {
  if (lock.revision < firstRevision) return [];
  const members = project.members.flatMap(({ name, pyproject }) => {
    const settings = lock.packages.find((locked) => normalizeName(locked.name) === name && 'directory' in locked.source)?.groupSettings;
    return settings === undefined ? [] : compareSettings(pyproject, settings);
  });
  const root = lock.manifest.other.groupSettings as GroupSettings | undefined;
  const isProject = project.members.some(({ path }) => path === '.');
  return isProject || root === undefined ? members : [...members, ...compareSettings(project.rootPyproject, root)];
}

function compareSettings(pyproject: Pyproject, settings: GroupSettings): readonly Staleness[] {
  const field = { pyproject, keys: ['tool', 'uv', 'default-groups'] };
  const declared = valueAt(pyproject.data, 'tool', 'uv', 'default-groups');
  const groups = declared === undefined || declared === 'all' ? declared : textsAt(pyproject.data, 'tool', 'uv', 'default-groups');
  return [...compareText(field, groupList(settings.defaultGroups), groupList(groups)), ...compareRanges(pyproject, settings)];
}

function groupList(groups: GroupSettings['defaultGroups']): string {
  if (groups === 'all') return 'all groups';
  return [...new Set((groups ?? ['dev']).map(normalizeName))].sort().join(', ');
}

function compareRanges(pyproject: Pyproject, { requiresPython }: GroupSettings): readonly Staleness[] {
  const locked = new Map(Object.entries(requiresPython).map(([name, range]) => [normalizeName(name), range]));
  const ranges = [...dependencyGroups(pyproject)].map(([group, { requiresPython }]) => [group, requiresPython] as const);
  const declared = new Map(ranges.filter(([, range]) => range.length > 0));
  return [...new Set([...locked.keys(), ...declared.keys()])].flatMap((group) => {
    const [before, after] = [parseSpecifiers(locked.get(group) ?? ''), declared.get(group) ?? []];
    if (locked.has(group) === declared.has(group) && sameReleases(before, after)) return [];
    const text = after.map(({ operator, text: version }) => operator + version).join(', ');
    return compareText({ pyproject, keys: ['tool', 'uv', 'dependency-groups', group] }, locked.get(group) ?? '', text);
  });
}

/** `tool.uv.minimum-libc-version`: one table or a list of one (an experimental setting of uv). */
export function checkLibc({ project, lock }: Inquiry): readonly Staleness[] {
  const declared = valueAt(project.rootPyproject.data, 'tool', 'uv', 'minimum-libc-version');
  const field = { pyproject: project.rootPyproject, keys: ['tool', 'uv', 'minimum-libc-version'] };
  return compareText(field, libcText(lock.manifest.other.minimumLibcVersion), libcText(declared));
}

function libcText(value: unknown): string {
  if (!isTable(value)) return value === undefined ? '' : JSON.stringify(value);
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((entry) => entry.join(' '))
    .join(', ');
}
