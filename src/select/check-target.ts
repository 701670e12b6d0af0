import { ToolError } from '../errors/index.ts';
import type { Lock } from '../lock/types.ts';
import { parseSpecifiers, parseVersion, specifiersAllow } from '../packaging/index.ts';
import { platformName } from '../platform.ts';
import { dependencyGroups } from '../project/index.ts';
import type { Project } from '../project/types.ts';
import type { Target } from '../resolve/target.ts';
import type { Markers } from './markers.ts';
import type { Problem } from './problem.ts';
import { isWanted, type Wanted } from './wanted.ts';

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
  throw new ToolError('TARGET_UNSUPPORTED', `uv.lock was not made for ${platformName(target.platform)} with Python ${python}`, {
    details: lock.supportedMarkers.map((marker) => `supported: ${marker}`),
    hint: 'widen tool.uv.environments and run uv lock',
    where,
  });
}

/** Refuses a Python that a wanted group excludes; as uv does it, whichever member has the group. Throws `TARGET_UNSUPPORTED`. */
export function checkGroupPython({ members }: Project, groups: Wanted, target: Target): void {
  for (const { name, pyproject } of members) {
    for (const [group, { requiresPython }] of dependencyGroups(pyproject)) {
      if (!isWanted(groups, group) || specifiersAllow(requiresPython, release(target))) continue;
      const range = requiresPython.map(({ operator, text }) => operator + text).join(', ');
      throw new ToolError(
        'TARGET_UNSUPPORTED',
        `group ${group} of ${name} is for Python ${range}, and the image would have ${target.base.python.version}`,
        { hint: 'choose another Python with python = "X.Y" in [tool.wherry], or leave the group out', where: { file: pyproject.file } },
      );
    }
  }
}

/**
 * A lock holds wheels for the environments in `tool.uv.required-environments` for certain, and for others only by chance: where one is missing,
 * says so.
 */
export function withRequiredEnvironments(problem: Problem, { lock, target, markers }: Input): Problem {
  if (problem.code !== 'WHEEL_NONE_FITS' || isCovered(lock.requiredMarkers, markers)) return problem;
  const { platform } = target;
  const machine = platform.architecture === 'arm64' ? 'aarch64' : 'x86_64';
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
function release({ base }: Target): ReturnType<typeof parseVersion> {
  return parseVersion(parseVersion(base.python.version).release.join('.'));
}
