import { ToolError } from '../errors/index.ts';
import type { Lock } from '../lock/types.ts';
import { markerEnvironment, parseSpecifiers, parseVersion, specifiersAllow, type Version } from '../packaging/index.ts';
import { machineOf, type Platform, platformName } from '../platform.ts';
import type { Project } from '../project/types.ts';
import type { Target } from '../resolve/target.ts';
import type { SelectionRequest } from '../selection-request.ts';
import { type Markers, makeMarkers } from './markers.ts';
import type { Problem } from './problem.ts';
import { groupRanges, rangeText } from './wanted-groups.ts';

interface Input {
  readonly lock: Lock;
  readonly target: Target;
  readonly markers: Markers;
}

/** Refuses a target that the lock was not made for: `requires-python`, `tool.uv.environments`. Throws `TARGET_UNSUPPORTED`. */
export function checkTarget({ lock, target, markers }: Input): void {
  const python = target.base.python.version;
  const where = { file: lock.file };
  if (!specifiersAllow(parseSpecifiers(lock.requiresPython ?? ''), release(target))) {
    throw new ToolError('TARGET_UNSUPPORTED', `uv.lock is for Python ${lock.requiresPython}, and the image would have ${python}`, {
      hint: 'choose another Python with python = "X.Y" in [tool.wherry], or change requires-python and run uv lock',
      where,
    });
  }
  if (isCovered(lock.supportedMarkers, markers)) return;
  throw unsupported(lock, `${platformName(target.platform)} with Python ${python}`);
}

/**
 * Refuses platforms that the lock was not made for whatever Python they have, before anything is looked up for them: `tool.uv.environments`.
 * Throws `TARGET_UNSUPPORTED`.
 */
export function checkPlatforms(lock: Lock, platforms: readonly Platform[]): void {
  if (lock.supportedMarkers.length === 0) return;
  const excluded = platforms.find((platform) => !pythons.some((python) => isMadeFor(lock, platform, python)));
  if (excluded !== undefined) throw unsupported(lock, platformName(excluded));
}

/** First, early and late releases: which one a base has is not known yet. */
const pythons = ['3.11', '3.12', '3.13', '3.14'].flatMap((minor) => [0, 1, 5, 20, 100].map((patch) => `${minor}.${patch}`));

function isMadeFor({ supportedMarkers }: Lock, { architecture }: Platform, python: string): boolean {
  return isCovered(supportedMarkers, makeMarkers(markerEnvironment({ python, machine: machineOf(architecture) })));
}

function unsupported(lock: Lock, target: string): ToolError {
  return new ToolError('TARGET_UNSUPPORTED', `uv.lock was not made for ${target}`, {
    details: lock.supportedMarkers.map((marker) => `supported: ${marker}`),
    hint: 'widen tool.uv.environments and run uv lock',
    where: { file: lock.file },
  });
}

/** Refuses a Python that a wanted group excludes. Throws `TARGET_UNSUPPORTED`. */
export function checkGroupPython(project: Project, request: SelectionRequest, target: Target): void {
  const unmet = groupRanges(project, request).find(({ requiresPython }) => !specifiersAllow(requiresPython, release(target)));
  if (unmet === undefined) return;
  const python = target.base.python.version;
  throw new ToolError(
    'TARGET_UNSUPPORTED',
    `${unmet.label} is for Python ${rangeText(unmet.requiresPython)}, and the image would have ${python}`,
    {
      hint: 'choose another Python with python = "X.Y" in [tool.wherry], or leave the group out',
      where: { file: unmet.file },
    },
  );
}

/**
 * A lock holds wheels for the environments in `tool.uv.required-environments` for certain, and for others only by chance: where one is missing,
 * says so.
 */
export function withRequiredEnvironments(problem: Problem, { lock, target, markers }: Input): Problem {
  if (problem.code !== 'WHEEL_NONE_FITS' || isCovered(lock.requiredMarkers, markers)) return problem;
  const { platform } = target;
  const machine = machineOf(platform.architecture);
  return {
    ...problem,
    details: [
      ...problem.details,
      `${platformName(platform)} is not among the required-environments of uv.lock: ${lock.requiredMarkers.join('; ')}`,
    ],
    hint: `add "sys_platform == 'linux' and platform_machine == '${machine}'" to tool.uv.required-environments and run uv lock, or ${problem.hint}`,
  };
}

function isCovered(environments: readonly string[], markers: Markers): boolean {
  return environments.length === 0 || environments.some((marker) => markers.holds(marker));
}

/** uv compares the release alone, without what marks a pre-release. */
export function release({ base }: Target): Version {
  return parseVersion(parseVersion(base.python.version).release.join('.'));
}
