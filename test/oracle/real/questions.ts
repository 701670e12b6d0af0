import type { Lock } from '../../../src/lock/index.ts';
import { parseSpecifiers, parseVersion, specifiersAllow } from '../../../src/packaging/index.ts';
import { type Project, type Pyproject, tableAt } from '../../../src/project/index.ts';
import { nothingAsked } from '../../../src/select/fixture.ts';
import type { SelectionRequest } from '../../../src/select/index.ts';
import { type Place, places, pythons } from './targets.ts';

/** One thing to ask for, in uv's flags and in ours. */
export interface Wish {
  readonly flags: readonly string[];
  readonly request: SelectionRequest;
}

/** A wish at one place. */
export interface Case extends Wish {
  readonly place: Place;
}

/**
 * What is asked of one project: the default at six places, everything at once at two, the other wishes at one each, and once a
 * Python that does not fit. `salt` moves the places on from project to project, so that all pairs of wish and place come up.
 */
export function casesFor(project: Project, lock: Lock, salt: number): readonly Case[] {
  const unfit = places.find(({ minor }) => !allows(lock.requiresPython, minor));
  // A Python that the members exclude, and an older lock does not, is refused before the selection (`resolve/python.ts`).
  const ranges = [lock.requiresPython, ...project.members.map(({ pyproject }) => requiresPython(pyproject))];
  const fitting = places.filter(({ minor }) => ranges.every((range) => allows(range, minor)));
  const [standard, ...others] = wishesFor(project, lock, salt);
  if (standard === undefined) return [];
  const refused = unfit === undefined ? [] : [{ ...standard, place: unfit }];
  const asked = [standard, ...others].flatMap((wish, index) => {
    const count = index === 0 ? 6 : wish.flags.some((flag) => flag.startsWith('--all-')) ? 2 : 1;
    return at(fitting, { start: salt + index * 5, count }).map((place) => ({ ...wish, place }));
  });
  return [...asked, ...refused];
}

/** Steps of seven meet every Python and every platform in turn: there are 24 places at most, and six of each Python. */
function at(list: readonly Place[], { start, count }: { readonly start: number; readonly count: number }): readonly Place[] {
  const chosen = Array.from({ length: Math.min(count, list.length) }, (_, step) => list[(start + step * 7) % list.length]);
  return [...new Set(chosen)].filter((place) => place !== undefined);
}

function allows(range: string | undefined, minor: string): boolean {
  return specifiersAllow(parseSpecifiers(range ?? ''), parseVersion(pythons[minor] ?? ''));
}

function requiresPython(pyproject: Pyproject): string | undefined {
  const range = tableAt(pyproject.data, ['project'])?.['requires-python'];
  return typeof range === 'string' ? range : undefined;
}

function wishesFor(project: Project, lock: Lock, salt: number): readonly Wish[] {
  const extras = extrasOf(project, lock);
  const groups = groupsOf(project, lock);
  const pick = (list: readonly string[]) => list[salt % list.length] ?? '';
  // Images never have the group `dev` unless it is asked for.
  const wish = (flags: readonly string[], request: Partial<SelectionRequest>): Wish => ({
    flags: isDevAsked(request) || flags.includes('--all-groups') ? flags : ['--no-dev', ...flags],
    request: { ...nothingAsked, ...request },
  });
  const named = (flag: string, names: readonly string[]) => names.flatMap((name) => [flag, name]);
  const members = project.members.filter(({ name }) => name !== project.member?.name).map(({ name }) => name);
  return [
    wish([], {}),
    ...(extras.length > 0 ? [wish(['--all-extras'], { extras })] : []),
    ...(groups.length > 0 ? [wish(['--all-groups'], { groups })] : []),
    ...(extras.length > 0 && groups.length > 0 ? [wish(['--all-extras', '--all-groups'], { extras, groups })] : []),
    ...(extras.length > 0 ? [wish(['--extra', pick(extras)], { extras: [pick(extras)] })] : []),
    ...(groups.length > 0 ? [wish(['--group', pick(groups)], { groups: [pick(groups)] })] : []),
    ...(extras.length > 2 ? [wish(named('--extra', extras.slice(-2)), { extras: extras.slice(-2) })] : []),
    ...(groups.length > 0 ? [wish(['--no-default-groups'], { noDefaultGroups: true })] : []),
    ...(groups.length > 0 ? [wish(['--only-group', pick(groups)], { onlyGroups: [pick(groups)] })] : []),
    ...(groups.length > 1 ? [wish(named('--only-group', groups.slice(0, 2)), { onlyGroups: groups.slice(0, 2) })] : []),
    ...(groups.length > 1 ? [wish(['--all-groups', '--no-group', pick(groups)], { allGroups: true, noGroups: [pick(groups)] })] : []),
    ...(members.length > 0 ? [wish(['--all-packages'], { allPackages: true })] : []),
    ...(members.length > 0 ? [wish(['--package', pick(members)], { packages: [pick(members)] })] : []),
    ...(members.length > 1 ? [wish(['--package', members.at(-1) ?? ''], { packages: [members.at(-1) ?? ''] })] : []),
    wish(['--no-install-project'], { noInstallProject: true }),
    wish(['--extra', 'no-such-extra'], { extras: ['no-such-extra'] }),
    wish(['--group', 'no-such-group'], { groups: ['no-such-group'] }),
  ];
}

function isDevAsked({ groups = [], onlyGroups = [] }: Partial<SelectionRequest>): boolean {
  return [...groups, ...onlyGroups].includes('dev');
}

function extrasOf(project: Project, lock: Lock): readonly string[] {
  const own = project.member === undefined ? project.members.map(({ name }) => name) : [project.member.name];
  return unique(
    lock.packages
      .filter(({ name }) => own.includes(name))
      .flatMap(({ metadata, optionalDependencies }) => metadata?.providesExtras ?? Object.keys(optionalDependencies)),
  );
}

function groupsOf(project: Project, lock: Lock): readonly string[] {
  if (project.member === undefined) {
    const ofMembers = lock.packages
      .filter(({ name }) => project.members.some((member) => member.name === name))
      .flatMap(({ groups }) => Object.keys(groups));
    return unique([...ofMembers, ...Object.keys(lock.manifest.dependencyGroups)]);
  }
  const own = lock.packages.find(({ name }) => name === project.member?.name);
  return unique([...Object.keys(own?.groups ?? {}), ...Object.keys(own?.metadata?.requiresDev ?? {})]);
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}
