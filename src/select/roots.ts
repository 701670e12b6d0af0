import { ToolError } from '../errors/index.ts';
import type { Lock, LockedPackage, WireRequirement } from '../lock/types.ts';
import { normalizeName } from '../packaging/index.ts';
import type { Project } from '../project/types.ts';
import type { Graph } from './graph.ts';
import { defaultGroups, definedExtras, definedGroups } from './settings.ts';
import type { SelectionRequest } from './types.ts';

/** Where the walk starts. */
export interface Roots {
  /** The one project that `--no-install-project` means; undefined for a whole workspace or several packages. */
  readonly project: string | undefined;
  readonly packages: readonly LockedPackage[];
  /** Extras that were asked for, normalised. */
  readonly extras: readonly string[];
  /** Groups to install, normalised. */
  readonly groups: ReadonlySet<string>;
  /** The workspace root's package, if a wanted group must be taken from it; and those groups. */
  readonly borrowed: { readonly from: LockedPackage; readonly groups: ReadonlySet<string> } | undefined;
  /** Only for a workspace root without [project]; the groups are the wanted ones. */
  readonly requirements: readonly WireRequirement[];
  readonly rootGroups: Readonly<Record<string, readonly WireRequirement[]>>;
}

interface Input {
  readonly lock: Lock;
  readonly project: Project;
  readonly request: SelectionRequest;
  readonly graph: Graph;
}

/** Roots, extras and groups of a request; throws `PACKAGE_UNKNOWN`, `EXTRA_UNKNOWN`, `GROUP_UNKNOWN`. */
export function findRoots(input: Input): Roots {
  const { lock, project, request } = input;
  const packages = rootNames(input).map((name) => rootPackage(input, name));
  const [single, ...others] = packages;
  const rootless = project.member === undefined && request.packages.length === 0;
  const one = others.length === 0 && !rootless ? single : undefined;
  const extras = [...new Set(request.extras.map(normalizeName))];
  checkExtras(input, packages, extras);
  const own = new Set([...packages.flatMap((root) => groupsOf(input, root)), ...(one === undefined ? manifestGroups(input) : [])]);
  const foreign = one === undefined ? undefined : foreignGroups(input, own);
  const groups = wantedGroups(input, own, foreign?.names ?? new Set());
  const borrowed = new Set([...groups].filter((group) => foreign?.names.has(group)));
  const ofManifest = one === undefined ? groups : borrowed;
  return {
    project: one?.name,
    packages,
    extras,
    groups,
    borrowed: foreign?.root === undefined ? undefined : { from: foreign.root, groups: borrowed },
    requirements: rootless ? lock.manifest.requirements : [],
    rootGroups: Object.fromEntries(
      Object.entries(lock.manifest.dependencyGroups).filter(([group]) => ofManifest.has(normalizeName(group))),
    ),
  };
}

function rootNames({ lock, project, request }: Input): readonly string[] {
  if (request.packages.length > 0) return [...new Set(request.packages.map(normalizeName))].sort();
  if (project.member !== undefined) return [project.member.name];
  return [...lock.manifest.members].map(normalizeName).sort();
}

function rootPackage({ lock, graph, project }: Input, name: string): LockedPackage {
  const found = graph.named(name).find((candidate) => candidate.source.kind === 'editable' || candidate.source.kind === 'virtual');
  const local = found ?? graph.named(name).find((candidate) => candidate.source.kind === 'directory');
  if (local !== undefined) return local;
  const members = project.members.map((member) => member.name);
  if (members.includes(name)) {
    throw new ToolError('LOCK_STALE', `uv.lock does not have the workspace member ${name}`, {
      hint: 'run uv lock',
      where: { file: lock.file },
    });
  }
  throw new ToolError('PACKAGE_UNKNOWN', `the workspace has no package ${name}`, {
    details: [`members: ${members.join(', ') || 'none'}`],
    hint: 'use the name of a workspace member',
  });
}

function checkExtras(input: Input, packages: readonly LockedPackage[], extras: readonly string[]): void {
  const available = new Set(packages.flatMap((root) => extrasOf(input, root)));
  const unknown = extras.find((extra) => !available.has(extra));
  if (unknown === undefined) return;
  throw new ToolError('EXTRA_UNKNOWN', `${projectLabel(input, packages)} has no extra ${unknown}`, {
    details: [`available: ${[...available].sort().join(', ') || 'none'}`],
    hint: 'use one of the available extras, or add it to [project.optional-dependencies] and run uv lock',
  });
}

function extrasOf({ project }: Input, root: LockedPackage): readonly string[] {
  const member = project.members.find(({ name }) => name === root.name);
  const defined = member === undefined ? [] : definedExtras(member.pyproject);
  return [...Object.keys(root.optionalDependencies), ...(root.metadata?.providesExtras ?? []), ...defined].map(normalizeName);
}

function groupsOf({ project }: Input, root: LockedPackage): readonly string[] {
  const member = project.members.find(({ name }) => name === root.name);
  const defined = member === undefined ? [] : definedGroups(member.pyproject);
  return [...Object.keys(root.groups), ...Object.keys(root.metadata?.requiresDev ?? {}), ...defined].map(normalizeName);
}

function manifestGroups({ lock, project }: Input): readonly string[] {
  return [...Object.keys(lock.manifest.dependencyGroups), ...definedGroups(project.rootPyproject)].map(normalizeName);
}

/** Groups of the workspace root that the one chosen project lacks: they may be asked for, but are never default. */
function foreignGroups(
  input: Input,
  own: ReadonlySet<string>,
): { readonly root: LockedPackage | undefined; readonly names: ReadonlySet<string> } {
  const isRoot = ({ source }: LockedPackage) => (source.kind === 'editable' || source.kind === 'virtual') && source.directory === '.';
  const root = input.lock.packages.find(isRoot);
  const there = root === undefined ? manifestGroups(input) : groupsOf(input, root);
  return { root, names: new Set(there.filter((group) => !own.has(group))) };
}

function wantedGroups(input: Input, own: ReadonlySet<string>, foreign: ReadonlySet<string>): ReadonlySet<string> {
  const { request } = input;
  const asked = request.groups.map(normalizeName);
  const byDefault = request.noDefaultGroups ? [] : (input.lock.list?.defaultGroups ?? defaultsOf(input, own));
  const unknown = asked.find((group) => !own.has(group) && !foreign.has(group)) ?? byDefault.find((group) => !own.has(group));
  if (unknown !== undefined) throw unknownGroup(unknown, new Set([...own, ...foreign]));
  const wanted = new Set([...byDefault.filter((group) => group !== 'dev'), ...asked]);
  for (const group of request.noGroups) wanted.delete(normalizeName(group));
  return wanted;
}

/** Default groups without a setting are `dev` alone, which images never get by default. */
function defaultsOf({ project, request }: Input, own: ReadonlySet<string>): readonly string[] {
  const [single, ...further] = request.packages.map(normalizeName);
  const chosen = further.length === 0 && single !== undefined ? project.members.find(({ name }) => name === single) : project.member;
  const setting = defaultGroups((chosen ?? project.member)?.pyproject ?? project.rootPyproject);
  if (setting === 'all') return [...own];
  return (setting ?? []).filter((group) => group !== 'dev' || own.has(group));
}

function unknownGroup(group: string, own: ReadonlySet<string>): ToolError {
  return new ToolError('GROUP_UNKNOWN', `there is no dependency group ${group}`, {
    details: [`available: ${[...own].sort().join(', ') || 'none'}`],
    hint: 'use one of the available groups, or add it to [dependency-groups] and run uv lock',
  });
}

function projectLabel({ project }: Input, packages: readonly LockedPackage[]): string {
  return packages.map(({ name }) => name).join(', ') || project.name;
}
