import type { Lock, LockedPackage } from '../lock/types.ts';
import { normalizeName } from '../packaging/index.ts';
import { isLocalTree } from './graph.ts';
import type { SelectionRequest } from './types.ts';

interface FilterInput {
  readonly lock: Lock;
  readonly roots: readonly LockedPackage[];
  readonly request: SelectionRequest;
}

/** Gives the reason why a reached package is not installed, or undefined if it is. Its dependencies are installed all the same. */
export function makeFilter({ lock, roots, request }: FilterInput): (locked: LockedPackage) => string | undefined {
  const named = new Set(request.noInstallPackages.map(normalizeName));
  const projects = new Set(roots.map(({ name }) => name));
  const workspace = new Set([...projects, ...lock.manifest.members.map(normalizeName)]);
  return (locked) => {
    const { name, source } = locked;
    if (source.kind === 'virtual') return 'is not a package: only its dependencies are installed';
    if (named.has(name)) return 'left out by --no-install-package';
    if (request.noInstallProject && projects.has(name)) return 'left out by --no-install-project';
    if (request.noInstallWorkspace && workspace.has(name)) return 'left out by --no-install-workspace';
    const local = isLocalTree(locked) || source.kind === 'path';
    return request.noInstallLocal && local ? 'left out by --no-install-local' : undefined;
  };
}
