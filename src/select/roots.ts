import { ToolError } from '../errors/index.ts';
import type { Lock, LockedPackage, WireRequirement } from '../lock/types.ts';
import { normalizeName } from '../packaging/index.ts';
import type { Project } from '../project/types.ts';
import type { SelectionRequest } from '../selection-request.ts';
import type { Graph } from './graph.ts';
import { extrasOf, groupsOf, manifestGroups, rootProject } from './known.ts';
import { askedGroups, isWanted, type Wanted, wantedExtras } from './wanted.ts';
import { unknownGroup, wantedGroups } from './wanted-groups.ts';

/** Where the walk starts. */
export interface Roots {
  /** The one project that `--no-install-project` means; undefined for a whole workspace or several packages. */
  readonly project: string | undefined;
  readonly packages: readonly LockedPackage[];
  /** Whether the roots and their own dependencies are installed, or groups alone; in a list everything is a dependency of the root. */
  readonly production: boolean;
  readonly extras: Wanted;
  readonly groups: Wanted;
  /** The groups to install of each root, and of the workspace root if one of its groups was asked for. */
  readonly owners: readonly GroupOwner[];
  /** Only for a workspace root without [project]; the groups are those to install. */
  readonly requirements: readonly WireRequirement[];
  readonly rootGroups: Readonly<Record<string, readonly WireRequirement[]>>;
}

/** A package with those of its groups that are installed. */
export interface GroupOwner {
  readonly locked: LockedPackage;
  readonly groups: readonly string[];
}

interface Input {
  readonly lock: Lock;
  readonly project: Project;
  readonly request: SelectionRequest;
  readonly graph: Graph;
}

/** Roots, extras and groups of a request; throws `PACKAGE_UNKNOWN`, `EXTRA_UNKNOWN`, `GROUP_UNKNOWN`. */
export function findRoots(input: Input): Roots {
  const { lock, request } = input;
  const packages = rootNames(input).map((name) => rootPackage(input, name));
  const one = singleRoot(input, packages);
  const extras = wantedExtras(request);
  checkExtras(input, packages, extras);
  const asked = askedGroups(request);
  const groups = wantedGroups(input.project, request, lock.list?.defaultGroups);
  checkGroups(input, packages, one);
  // Groups of the workspace root may be asked for by a member that lacks them, but are never default there.
  const own = new Set(one === undefined ? [] : groupsOf(input, one));
  const isLent = (group: string) => one === undefined || (isWanted(asked, group) && !own.has(group));
  const isTaken = (group: string) => isWanted(groups, group);
  return {
    project: one?.name,
    packages,
    production: request.onlyGroups.length === 0 || lock.list !== undefined,
    extras,
    groups,
    owners: owners(input, { packages, one }).map(({ locked, isRoot }) => ({
      locked,
      groups: Object.keys(locked.groups).filter((group) => isTaken(group) && (isRoot || isLent(group))),
    })),
    requirements: isWholeWorkspace(input) && request.onlyGroups.length === 0 ? lock.manifest.requirements : [],
    rootGroups: Object.fromEntries(
      Object.entries(lock.manifest.dependencyGroups).filter(([group]) => isTaken(normalizeName(group)) && isLent(normalizeName(group))),
    ),
  };
}

/** A root without [project] stands for all of its members. */
function isWholeWorkspace({ project, request }: Input): boolean {
  return project.member === undefined && request.packages.length === 0;
}

function rootNames(input: Input): readonly string[] {
  const { lock, project, request } = input;
  if (request.packages.length > 0) return [...new Set(request.packages.map(normalizeName))].sort();
  if (!request.allPackages && project.member !== undefined) return [project.member.name];
  // A lone project at the root is not listed among the members of its lock.
  const lone = lock.manifest.members.length === 0 && project.member !== undefined ? [rootProject(input)?.name ?? project.member.name] : [];
  return [...lock.manifest.members.map(normalizeName), ...lone].sort();
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

/** The root, if there is but one because one was meant. */
function singleRoot(input: Input, packages: readonly LockedPackage[]): LockedPackage | undefined {
  const [single, ...others] = packages;
  if (others.length > 0 || isWholeWorkspace(input)) return undefined;
  return input.request.allPackages && input.lock.manifest.members.length > 0 ? undefined : single;
}

interface Chosen {
  readonly packages: readonly LockedPackage[];
  readonly one: LockedPackage | undefined;
}

function owners(input: Input, { packages, one }: Chosen): readonly { readonly locked: LockedPackage; readonly isRoot: boolean }[] {
  const lender = one === undefined ? undefined : rootProject(input);
  const roots = packages.map((locked) => ({ locked, isRoot: true }));
  return lender === undefined || packages.includes(lender) ? roots : [...roots, { locked: lender, isRoot: false }];
}

function checkExtras(input: Input, packages: readonly LockedPackage[], { names, without }: Wanted): void {
  const available = new Set(packages.flatMap((root) => extrasOf(input, root)));
  const unknown = [...names, ...without].find((extra) => !available.has(extra));
  if (unknown === undefined) return;
  const label = packages.map(({ name }) => name).join(', ') || input.project.name;
  throw new ToolError('EXTRA_UNKNOWN', `${label} has no extra ${unknown}`, {
    details: [`available: ${[...available].sort().join(', ') || 'none'}`],
    hint: 'use one of the available extras, or add it to [project.optional-dependencies] and run uv lock',
  });
}

/** Every group that is named must be there, those to leave out too: a slip of the pen would change the image without a word. */
function checkGroups(input: Input, packages: readonly LockedPackage[], one: LockedPackage | undefined): void {
  const { groups, onlyGroups, noGroups } = input.request;
  const sources = owners(input, { packages, one }).map(({ locked }) => groupsOf(input, locked));
  const available = new Set([...sources.flat(), ...manifestGroups(input)]);
  const unknown = [...groups, ...onlyGroups, ...noGroups].map(normalizeName).find((group) => !available.has(group));
  if (unknown !== undefined) throw unknownGroup(unknown, available);
}
