import { ToolError } from '../errors/index.ts';
import type { Lock, LockedPackage } from '../lock/types.ts';
import { markerEnvironment, parseSpecifiers, parseVersion, specifiersAllow } from '../packaging/index.ts';
import { machineOf, platformName } from '../platform.ts';
import type { Project } from '../project/types.ts';
import type { Target } from '../resolve/target.ts';
import { chooseArtifact } from './artifact.ts';
import { type BuildRules, buildRules } from './builds.ts';
import { checkGroupPython, checkTarget, withRequiredEnvironments } from './check-target.ts';
import { checkComplete } from './complete.ts';
import { explainUnreached } from './dropped.ts';
import { makeFilter } from './filters.ts';
import { type Fit, fitOf } from './fit.ts';
import { makeGraph } from './graph.ts';
import { makeMarkers } from './markers.ts';
import { checkPackagePython } from './package-python.ts';
import { isProblem, type Problem, problemsError, type TargetProblems } from './problem.ts';
import { findRoots } from './roots.ts';
import type { DroppedPackage, SelectedPackage, Selection, SelectionRequest } from './types.ts';
import { runtimeLabel } from './unfit.ts';
import { type Reached, walk } from './walk.ts';

/** Everything that a selection depends on. */
export interface SelectInput {
  readonly lock: Lock;
  readonly project: Project;
  readonly target: Target;
  readonly request: SelectionRequest;
}

/**
 * The exact distributions of one image for each target, as `uv sync --no-dev --no-editable` would install them (uv-and-wheels §2).
 * Throws one error for all targets before anything is downloaded: `WHEEL_NONE_FITS`, `SDIST_UNSUPPORTED`, `SOURCE_UNSUPPORTED`,
 * `BUILD_FORBIDDEN`, `WHEEL_FORBIDDEN`, `LOCK_UNHASHED`; and `TARGET_UNSUPPORTED`, `PACKAGE_UNKNOWN`, `EXTRA_UNKNOWN`,
 * `GROUP_UNKNOWN`, `SELECTION_CONFLICT`, `LOCK_INCONSISTENT` for a request that the lock cannot serve.
 */
export function selectAll({
  targets,
  ...input
}: Omit<SelectInput, 'target'> & { readonly targets: readonly Target[] }): readonly Selection[] {
  const chosen = targets.map((target) => choose({ ...input, target }));
  const error = problemsError(
    chosen.map(({ failed }) => failed),
    input.lock.file,
  );
  if (error !== undefined) throw error;
  return chosen.map(({ selection }) => selection);
}

interface Chosen {
  /** Without what failed. */
  readonly selection: Selection;
  readonly failed: TargetProblems;
}

function choose(input: SelectInput): Chosen {
  const { lock, project, target, request } = input;
  const python = target.base.python.version;
  const markers = makeMarkers(markerEnvironment({ python, machine: machineOf(target.platform.architecture) }));
  checkTarget({ lock, target, markers });
  const graph = makeGraph(lock);
  const roots = findRoots({ lock, project, request, graph });
  if (lock.list === undefined) checkGroupPython(project, request, target);
  const reached = walk({ lock, graph, roots, markers });
  checkComplete([...reached.packages.keys()], { lock, markers });
  const leaveOut = makeFilter({ lock, project: roots.project, request });
  const installed = [...reached.packages.keys()].filter((locked) => leaveOut(locked) === undefined).sort(byName);
  checkUnique(installed, lock);
  checkPackagePython(installed, lock, target);
  const unreached = explainUnreached({ lock, graph, roots, reached });
  const dropped = lock.packages.flatMap((locked): DroppedPackage[] => {
    const reason = unreached.get(locked) ?? leaveOut(locked);
    return reason === undefined ? [] : [{ name: locked.name, version: locked.version, reason }];
  });
  const requires = parseSpecifiers(lock.requiresPython ?? '');
  const fit = fitOf(target, (minor) => specifiersAllow(requires, parseVersion(`${minor}.999`)));
  const { packages, problems } = artifactsOf(installed, { project, fit, rules: buildRules(request.builds), reached });
  return {
    selection: {
      roots: roots.packages.map(({ name }) => name),
      packages,
      dropped: dropped.sort((a, b) => byName(a, b) || compareVersionTexts(a.version, b.version)),
    },
    failed: {
      platform: platformName(target.platform),
      runtime: runtimeLabel(fit),
      selected: installed.length,
      problems: problems.map((problem) => withRequiredEnvironments(problem, { lock, target, markers })),
    },
  };
}

interface Choice {
  readonly project: Project;
  readonly fit: Fit;
  readonly rules: BuildRules;
  readonly reached: Reached;
}

function artifactsOf(
  installed: readonly LockedPackage[],
  { project, fit, rules, reached }: Choice,
): { readonly packages: readonly SelectedPackage[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const packages: SelectedPackage[] = [];
  for (const locked of installed) {
    const artifact = chooseArtifact(locked, { project, fit, rules });
    if (isProblem(artifact)) problems.push(artifact);
    else packages.push({ name: locked.name, version: locked.version, source: locked.source, artifact, why: whyOf(locked, reached) });
  }
  return { packages, problems };
}

/** The first path that the walk took to a package. */
function whyOf(locked: LockedPackage, reached: Reached): string {
  const names = [locked.name];
  let step = reached.packages.get(locked);
  while (step?.label !== undefined) {
    names.unshift(step.label);
    step = step.from === undefined ? undefined : reached.packages.get(step.from);
  }
  return names.join(' → ');
}

function checkUnique(installed: readonly LockedPackage[], lock: Lock): void {
  for (const [index, locked] of installed.entries()) {
    const previous = installed[index - 1];
    if (previous?.name !== locked.name) continue;
    throw new ToolError(
      'LOCK_INCONSISTENT',
      `two packages named ${locked.name} would be installed: ${previous.version} and ${locked.version}`,
      {
        hint: 'run uv lock; if it stays, declare tool.uv.conflicts for the extras or groups that need different versions',
        where: { file: lock.file },
      },
    );
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Any fixed order will do for two versions of one name. */
function compareVersionTexts(a = '', b = ''): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
