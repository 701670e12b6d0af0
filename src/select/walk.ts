import type { LockedPackage } from '../lock/types.ts';
import { normalizeName } from '../packaging/index.ts';
import { activateReachedExtras, edgesOf } from './activation.ts';
import { checkConflicts, encodeConflict } from './conflicts.ts';
import { findStarts, type Start, type Step, type WalkInput } from './start.ts';
import { isWanted } from './wanted.ts';

/** Every package that the target needs, with the extras reached and the step that found it first, on the shortest way. */
export interface Reached {
  readonly packages: ReadonlyMap<LockedPackage, Step>;
  readonly extras: ReadonlyMap<LockedPackage, ReadonlySet<string>>;
}

/**
 * Follows the edges whose markers hold, breadth first, from the roots (uv-and-wheels §2.3).
 * Throws `SELECTION_CONFLICT` and `LOCK_INCONSISTENT`.
 */
export function walk(input: WalkInput): Reached {
  const { lock } = input;
  const conflicting = lock.conflicts.length > 0;
  if (conflicting) checkRequest(input);
  const { starts, active } = findStarts(input);
  if (conflicting) {
    activateReachedExtras(input, starts, active);
    checkConflicts(lock, (item) => item.extra !== undefined && active.has(encodeConflict(item)));
  }
  return follow(input, starts, active);
}

/** Two chosen items conflict if their packages are roots, or members that a root may need on some platform. */
function checkRequest(input: WalkInput): void {
  const { lock, roots } = input;
  const everywhere = { ...input, markers: { holds: () => true, isConditional: () => false } };
  const reachable = follow(everywhere, findStarts(everywhere).starts, new Set()).packages;
  const members = new Set(lock.manifest.members.map(normalizeName));
  const isRoot = new Set(roots.packages.map(({ name }) => name));
  const present = new Set([...isRoot, ...[...reachable.keys()].map(({ name }) => name).filter((name) => members.has(name))]);
  checkConflicts(lock, (item) => {
    if (!present.has(item.package)) return false;
    if (item.extra !== undefined) return roots.production && isWanted(roots.extras, item.extra);
    return item.group === undefined ? roots.production : isWanted(roots.groups, item.group);
  });
}

function follow({ graph, markers }: WalkInput, starts: readonly Start[], active: ReadonlySet<string>): Reached {
  const frontier = new Frontier();
  for (const { locked, extras, step } of starts) frontier.reach(locked, extras, step);
  for (const visit of frontier.queue) {
    const { locked, extra } = visit;
    const step = { from: locked, label: extra === undefined ? locked.name : `${locked.name}[${extra}]` };
    for (const edge of edgesOf(visit)) {
      if (markers.holds(edge.marker, active)) frontier.reach(graph.target(edge), edge.extras, step);
    }
  }
  return frontier;
}

class Frontier implements Reached {
  readonly packages = new Map<LockedPackage, Step>();
  readonly extras = new Map<LockedPackage, Set<string>>();
  readonly queue: { readonly locked: LockedPackage; readonly extra: string | undefined }[] = [];

  /** Queues a package and its extras, each once; extras that the package does not have are ignored. */
  reach(locked: LockedPackage, extras: readonly string[], step: Step): void {
    if (!this.packages.has(locked)) {
      this.packages.set(locked, step);
      this.queue.push({ locked, extra: undefined });
    }
    for (const extra of extras.toSorted()) {
      const seen = this.extras.get(locked) ?? new Set();
      this.extras.set(locked, seen);
      if (seen.has(extra)) continue;
      seen.add(extra);
      this.queue.push({ locked, extra });
    }
  }
}
