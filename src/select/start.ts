import { ToolError } from '../errors/index.ts';
import type { Lock, LockedPackage, WireRequirement } from '../lock/types.ts';
import { encodeConflict } from './conflicts.ts';
import { type Graph, sortedEdges } from './graph.ts';
import type { Markers } from './markers.ts';
import type { GroupOwner, Roots } from './roots.ts';
import { isWanted } from './wanted.ts';

/** What the walk needs to know. */
export interface WalkInput {
  readonly lock: Lock;
  readonly graph: Graph;
  readonly roots: Roots;
  readonly markers: Markers;
}

/** How a package was found: `from` is undefined for roots and groups; `label` names the parent with the extra or group of the edge. */
export interface Step {
  readonly from: LockedPackage | undefined;
  readonly label: string | undefined;
}

/** A package to begin with. */
export interface Start {
  readonly locked: LockedPackage;
  readonly extras: readonly string[];
  readonly step: Step;
  /** Marker of the edge that led here. */
  readonly marker: string | undefined;
}

/** Roots, then the packages of the chosen groups; `active` are the encoded names of all that this switches on. */
export function findStarts(input: WalkInput): { readonly starts: readonly Start[]; readonly active: Set<string> } {
  const { roots } = input;
  const active = rootActivations(roots);
  const starts: Start[] = roots.production ? roots.packages.map((locked) => rootStart(locked, roots)) : [];
  for (const owner of roots.owners) starts.push(...groupStarts(input, owner, active));
  starts.push(...roots.requirements.flatMap((requirement) => requirementStart(input, requirement, 'workspace')));
  for (const [group, requirements] of Object.entries(roots.rootGroups)) {
    const found = requirements.flatMap((requirement) => requirementStart(input, requirement, `workspace (group ${group})`));
    for (const { locked, extras } of found) activate(active, locked.name, extras);
    starts.push(...found);
  }
  return { starts, active };
}

function rootStart(locked: LockedPackage, roots: Roots): Start {
  return { locked, extras: chosenExtras(locked, roots), step: { from: undefined, label: undefined }, marker: undefined };
}

function chosenExtras({ optionalDependencies }: LockedPackage, { extras }: Roots): readonly string[] {
  return Object.keys(optionalDependencies).filter((extra) => isWanted(extras, extra));
}

/** Adds extras of a package to the encoded names. */
export function activate(active: Set<string>, name: string, extras: readonly string[]): void {
  for (const extra of extras) active.add(encodeConflict({ package: name, extra }));
}

/** The encoded names with those of an edge's own extras: they count while its marker is evaluated. */
export function withExtras(
  active: ReadonlySet<string>,
  edge: { readonly name: string; readonly extras: readonly string[] },
): ReadonlySet<string> {
  if (edge.extras.length === 0) return active;
  const own = new Set(active);
  activate(own, edge.name, edge.extras);
  return own;
}

function rootActivations(roots: Roots): Set<string> {
  const active = new Set<string>();
  for (const locked of roots.production ? roots.packages : []) {
    active.add(encodeConflict({ package: locked.name }));
    activate(active, locked.name, chosenExtras(locked, roots));
  }
  for (const { locked, groups } of roots.owners) {
    for (const group of groups) active.add(encodeConflict({ package: locked.name, group }));
  }
  return active;
}

function groupStarts({ markers, graph }: WalkInput, { locked: root, groups }: GroupOwner, active: Set<string>): readonly Start[] {
  const starts: Start[] = [];
  for (const group of groups.toSorted()) {
    // The way begins here: the root itself may be reached later, even from its own group.
    const step = { from: undefined, label: `${root.name} (group ${group})` };
    for (const edge of sortedEdges(root.groups[group] ?? [])) {
      if (!markers.holds(edge.marker, withExtras(active, edge))) continue;
      activate(active, edge.name, edge.extras);
      starts.push({ locked: graph.target(edge), extras: edge.extras, step, marker: edge.marker });
    }
  }
  return starts;
}

/** Requirements of a workspace root without [project] name no version: the markers of the forks decide between packages. */
function requirementStart({ graph, markers, lock }: WalkInput, requirement: WireRequirement, label: string): readonly Start[] {
  const { name, marker, extras } = requirement;
  if (!markers.holds(marker)) return [];
  const inFork = ({ resolutionMarkers }: LockedPackage) =>
    resolutionMarkers.length === 0 || resolutionMarkers.some((text) => markers.holds(text));
  const candidates = graph.named(name).filter(inFork);
  const [locked, ...others] = candidates;
  if (locked !== undefined && others.length === 0) return [{ locked, extras, step: { from: undefined, label }, marker: undefined }];
  throw new ToolError('LOCK_INCONSISTENT', `uv.lock has ${candidates.length} packages for the requirement ${name}`, {
    hint: 'run uv lock',
    where: { file: lock.file },
  });
}
