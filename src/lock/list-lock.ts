import type { Project } from '../project/types.ts';
import { emptyManifest, type Pin, type PinnedLock, withoutEdges } from './pinned.ts';
import { sourceKey } from './source.ts';
import type { ConflictItem, Edge, Lock, LockedPackage } from './types.ts';

/**
 * A list of pins as a lock with one root, the project, which needs every pin under its marker: so one walk and one set of rules serve all
 * formats. A project that is a pin itself is installed; else it is a root that is no package.
 */
export function lockOfPins(pinned: PinnedLock, project: Pick<Project, 'name' | 'member' | 'members'>): Lock {
  const packages = merged(pinned.pins.map((pin) => withVersion(pin, project)));
  const own = packages.find(({ locked }) => locked.name === project.name && locked.source.kind === 'directory');
  const others = packages.filter((entry) => entry !== own);
  const encode = (text: string | undefined) => (text === undefined ? undefined : markerInLock(text, project.name));
  const root: LockedPackage = {
    ...(own?.locked ?? rootOf(project)),
    dependencies: others.map(({ locked, markers }) => edgeTo(locked, encode(either(markers)))),
    optionalDependencies: Object.fromEntries(pinned.extras.map((extra) => [extra, []])),
    groups: Object.fromEntries([...pinned.groups, ...pinned.defaultGroups].map((group) => [group, []])),
  };
  return {
    file: pinned.file,
    list: { label: pinned.label, regenerate: pinned.regenerate, defaultGroups: pinned.defaultGroups },
    revision: 0,
    requiresPython: pinned.requiresPython,
    resolutionMarkers: [],
    supportedMarkers: pinned.environments,
    requiredMarkers: [],
    // Sets of one exclude nothing; they make the names of extras and groups known to markers.
    conflicts: switches(pinned, project.name).map((item) => [item]),
    options: {},
    manifest: { ...emptyManifest, members: project.member === undefined ? [project.name] : [] },
    packages: [root, ...others.map(({ locked }) => locked)],
  };
}

function rootOf({ name, member }: Pick<Project, 'name' | 'member'>): LockedPackage {
  const source = { kind: 'virtual', directory: member?.path ?? '.' } as const;
  return { ...withoutEdges, name, version: member?.version, source, sdist: undefined, wheels: [] };
}

/** uv leaves the version of a directory out, where uv.lock has it. */
function withVersion(pin: Pin, { members }: Pick<Project, 'members'>): Pin {
  const { version, source } = pin;
  if (version !== undefined || source.kind !== 'directory') return pin;
  return { ...pin, version: members.find(({ path }) => path === source.directory)?.version };
}

interface Merged {
  readonly locked: LockedPackage;
  /** Markers of the pins; empty if one of them has none. */
  readonly markers: readonly string[];
}

/** Pins of one package, version and source are one package with the files of all: a lock file knows it under one name only. */
function merged(pins: readonly Pin[]): readonly Merged[] {
  const groups = Map.groupBy(pins, ({ name, version, source }) => JSON.stringify([name, version, sourceKey(source)]));
  return [...groups.values()].map((same): Merged => {
    const [first, ...others] = same as [Pin, ...Pin[]];
    const markers = same.flatMap(({ marker }) => (marker === undefined ? [] : [marker]));
    const { marker: _marker, where: _where, ...locked } = first;
    if (others.length === 0) return { locked, markers };
    const files = new Map(same.flatMap(({ wheels }) => wheels).map((file) => [`${file.filename} ${file.hash}`, file]));
    const sdist = same.map((pin) => pin.sdist).find((file) => file !== undefined);
    return { locked: { ...locked, sdist, wheels: [...files.values()] }, markers: markers.length < same.length ? [] : markers };
  });
}

function edgeTo({ name, version, source }: LockedPackage, marker: string | undefined): Edge {
  return { name, extras: [], source, ...(version === undefined ? {} : { version }), ...(marker === undefined ? {} : { marker }) };
}

function either(markers: readonly string[]): string | undefined {
  const distinct = [...new Set(markers)];
  return distinct.length > 1 ? distinct.map((text) => `(${text})`).join(' or ') : distinct[0];
}

function switches({ extras, groups, defaultGroups }: PinnedLock, name: string): readonly ConflictItem[] {
  const all = [...new Set([...groups, ...defaultGroups])];
  return [...extras.map((extra) => ({ package: name, extra })), ...all.map((group) => ({ package: name, group }))];
}

/** `'x' in extras` of PEP 751 in the way in which uv.lock says it (uv-and-wheels §1.4). Quoted texts stay as they are. */
export function markerInLock(text: string, name: string): string {
  const pattern = /("[^"]*"|'[^']*')(?:\s*(not\s+)?in\s+(extras|dependency_groups)(?![\w.]))?/g;
  return text.replaceAll(pattern, (whole, quoted: string, not: string | undefined, set: string | undefined) => {
    if (set === undefined) return whole;
    const item = `${set === 'extras' ? 'extra' : 'group'}-${name.length}-${name}-${quoted
      .slice(1, -1)
      .toLowerCase()
      .replace(/[-_.]+/g, '-')}`;
    return `extra ${not === undefined ? '==' : '!='} '${item}'`;
  });
}
