import type { Lock, LockedPackage } from '../lock/types.ts';
import { normalizeName } from '../packaging/index.ts';
import type { Project } from '../project/types.ts';
import { definedExtras, definedGroups } from './settings.ts';

/** A lock and the project that it was made for: together they know which extras and groups there are, empty ones too. */
export interface Known {
  readonly lock: Lock;
  readonly project: Project;
}

/** Normalised extras of a package. */
export function extrasOf({ project }: Known, { name, optionalDependencies, metadata }: LockedPackage): readonly string[] {
  const member = project.members.find((one) => one.name === name);
  const defined = member === undefined ? [] : definedExtras(member.pyproject);
  return [...Object.keys(optionalDependencies), ...(metadata?.providesExtras ?? []), ...defined].map(normalizeName);
}

/** Normalised groups of a package. */
export function groupsOf({ project }: Known, { name, groups, metadata }: LockedPackage): readonly string[] {
  const member = project.members.find((one) => one.name === name);
  const defined = member === undefined ? [] : definedGroups(member.pyproject);
  return [...Object.keys(groups), ...Object.keys(metadata?.requiresDev ?? {}), ...defined].map(normalizeName);
}

/** Normalised groups of a workspace root without [project]. */
export function manifestGroups({ lock, project }: Known): readonly string[] {
  const isProject = project.members.some(({ path }) => path === '.');
  const defined = isProject ? [] : definedGroups(project.rootPyproject);
  return [...Object.keys(lock.manifest.dependencyGroups), ...defined].map(normalizeName);
}

/** The package of the workspace root, if the root is a project. */
export function rootProject({ lock }: Known): LockedPackage | undefined {
  return lock.packages.find(({ source }) => (source.kind === 'editable' || source.kind === 'virtual') && source.directory === '.');
}
