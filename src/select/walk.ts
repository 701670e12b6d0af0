import { ToolError } from '../errors/index.ts';
import type { Edge, Lock, LockedPackage, WireRequirement } from '../lock/types.ts';
import { checkConflicts, encodeConflict } from './conflicts.ts';
import type { Graph } from './graph.ts';
import type { MarkerTest } from './markers.ts';
import type { Roots } from './roots.ts';

/** A package, or one of its extras, whose dependencies are followed. */
interface Visit {
  readonly locked: LockedPackage;
  readonly extra: string | undefined;
}

/** Every package that the target needs, with the extras reached and the step that found it first (so the shortest). */
export interface Reached {
  readonly packages: ReadonlyMap<LockedPackage, Step>;
  readonly extras: ReadonlyMap<LockedPackage, ReadonlySet<string>>;
}

/** `from` is undefined for roots; `label` names the parent with the extra or group that the edge belongs to. */
export interface Step {
  readonly from: LockedPackage | undefined;
  readonly label: string | undefined;
}

interface WalkInput {
  readonly lock: Lock;
  readonly graph: Graph;
  readonly roots: Roots;
  readonly holds: MarkerTest;
}

/**
 * Follows the edges whose markers hold, breadth first, from the roots (uv-and-wheels §2.3).
 * Throws `SELECTION_CONFLICT` and `LOCK_INCONSISTENT`.
 */
export function walk(input: WalkInput): Reached {
  const active = rootActivations(input);
  const conflicting = input.lock.conflicts.length > 0;
  if (conflicting) {
    checkConflicts(input.lock, active);
    new Walker(input, active, true).run();
    checkConflicts(input.lock, active);
  }
  return new Walker(input, active, false).run();
}

/** Encoded names of what the request itself switches on. */
function rootActivations({ roots }: WalkInput): Set<string> {
  const active = new Set<string>();
  for (const { name, optionalDependencies, groups } of roots.packages) {
    active.add(encodeConflict({ package: name }));
    for (const extra of roots.extras) if (Object.hasOwn(optionalDependencies, extra)) active.add(encodeConflict({ package: name, extra }));
    for (const group of roots.groups) if (Object.hasOwn(groups, group)) active.add(encodeConflict({ package: name, group }));
  }
  for (const group of roots.borrowed?.groups ?? []) active.add(encodeConflict({ package: roots.borrowed?.from.name ?? '', group }));
  return active;
}

class Walker {
  readonly #input: WalkInput;
  readonly #active: Set<string>;
  readonly #collect: boolean;
  readonly #packages = new Map<LockedPackage, Step>();
  readonly #extras = new Map<LockedPackage, Set<string>>();
  readonly #queue: Visit[] = [];

  /** With `collect`, extras reached through edges are added to `active` (the first of two passes over a lock with conflicts). */
  constructor(input: WalkInput, active: Set<string>, collect: boolean) {
    this.#input = input;
    this.#active = active;
    this.#collect = collect;
  }

  run(): Reached {
    this.#start();
    for (const { locked, extra } of this.#queue) {
      const edges = extra === undefined ? locked.dependencies : (locked.optionalDependencies[extra] ?? []);
      const label = extra === undefined ? locked.name : `${locked.name}[${extra}]`;
      for (const edge of edges) this.#follow(edge, { from: locked, label });
    }
    return { packages: this.#packages, extras: this.#extras };
  }

  #start(): void {
    const { roots } = this.#input;
    for (const root of roots.packages) this.#reach(root, roots.extras, { from: undefined, label: undefined });
    const fixed = new Set(this.#active);
    for (const root of roots.packages) this.#startGroups(root, [...roots.groups], fixed);
    if (roots.borrowed !== undefined) this.#startGroups(roots.borrowed.from, roots.borrowed.groups, fixed);
    this.#startRequirements(roots.requirements, 'workspace');
    for (const [group, requirements] of Object.entries(roots.rootGroups)) {
      if (roots.groups.has(group)) this.#startRequirements(requirements, `workspace (group ${group})`);
    }
  }

  #startGroups(root: LockedPackage, groups: readonly string[], active: ReadonlySet<string>): void {
    for (const group of groups) {
      for (const edge of root.groups[group] ?? []) {
        if (!this.#input.holds(edge.marker, active)) continue;
        this.#reach(this.#input.graph.target(edge), edge.extras, { from: root, label: `${root.name} (group ${group})` });
      }
    }
  }

  /** Requirements of a workspace root without [project] name no version: the fork's marker decides between packages. */
  #startRequirements(requirements: readonly WireRequirement[], label: string): void {
    const { graph, holds, lock } = this.#input;
    for (const { name, marker, extras } of requirements) {
      if (!holds(marker)) continue;
      const candidates = graph
        .named(name)
        .filter((found) => found.resolutionMarkers.length === 0 || found.resolutionMarkers.some((text) => holds(text)));
      const [target, ...others] = candidates;
      if (target === undefined || others.length > 0) {
        throw new ToolError('LOCK_INCONSISTENT', `uv.lock has ${candidates.length} packages for the requirement ${name}`, {
          hint: 'run uv lock',
          where: { file: lock.file },
        });
      }
      this.#reach(target, extras, { from: undefined, label });
    }
  }

  #follow(edge: Edge, step: Step): void {
    if (!this.#input.holds(edge.marker, this.#activeFor(edge))) return;
    if (this.#collect) for (const extra of edge.extras) this.#active.add(encodeConflict({ package: edge.name, extra }));
    this.#reach(this.#input.graph.target(edge), edge.extras, step);
  }

  /** In the first pass an edge's own extras count while its marker is evaluated. */
  #activeFor(edge: Edge): ReadonlySet<string> {
    if (!this.#collect || edge.extras.length === 0) return this.#active;
    return new Set([...this.#active, ...edge.extras.map((extra) => encodeConflict({ package: edge.name, extra }))]);
  }

  #reach(locked: LockedPackage, extras: readonly string[], step: Step): void {
    if (!this.#packages.has(locked)) {
      this.#packages.set(locked, step);
      this.#queue.push({ locked, extra: undefined });
    }
    for (const extra of extras) {
      const seen = this.#extras.get(locked) ?? new Set();
      this.#extras.set(locked, seen);
      if (seen.has(extra) || !Object.hasOwn(locked.optionalDependencies, extra)) continue;
      seen.add(extra);
      this.#queue.push({ locked, extra });
    }
  }
}
