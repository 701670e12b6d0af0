import type { Lock, LockedPackage } from '../lock/types.ts';
import { normalizeName } from '../packaging/index.ts';
import { isLocalTree } from './graph.ts';
import type { SelectionRequest } from './types.ts';

interface FilterInput {
  readonly lock: Lock;
  /** The one project at hand; undefined for a whole workspace or several projects. */
  readonly project: string | undefined;
  readonly request: SelectionRequest;
}

/** Gives the reason why a reached package is not installed, or undefined if it is. Its dependencies are installed all the same. */
export function makeFilter({ lock, project, request }: FilterInput): (locked: LockedPackage) => string | undefined {
  const named = new Set(request.noInstallPackages.map(normalizeName));
  const workspace = new Set([...lock.manifest.members.map(normalizeName), ...(project === undefined ? [] : [project])]);
  return (locked) => {
    const { name, source } = locked;
    if (source.kind === 'virtual') return 'is not a package: only its dependencies are installed';
    if (named.has(name)) return 'left out by --no-install-package';
    if (request.noInstallProject && name === project) return 'left out by --no-install-project';
    if (request.noInstallWorkspace && workspace.has(name)) return 'left out by --no-install-workspace';
    const local = isLocalTree(locked) || source.kind === 'path';
    return request.noInstallLocal && local ? 'left out by --no-install-local' : undefined;
  };
}
