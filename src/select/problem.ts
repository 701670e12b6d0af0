import { counted } from '../count.ts';
import { type ErrorCode, ToolError } from '../errors/index.ts';
import { packageLabel } from '../package-label.ts';
import type { Artifact } from './types.ts';
import { nearestFix, type Unfit } from './unfit.ts';

/** Why a selected package cannot be installed; the parts of a `ToolError`. */
export interface Problem {
  readonly code: Extract<
    ErrorCode,
    'BUILD_FORBIDDEN' | 'LOCK_UNHASHED' | 'SDIST_UNSUPPORTED' | 'SOURCE_UNSUPPORTED' | 'WHEEL_FORBIDDEN' | 'WHEEL_NONE_FITS'
  >;
  readonly message: string;
  readonly details: readonly string[];
  readonly hint: string;
  /** For WHEEL_NONE_FITS. */
  readonly unfit?: Unfit;
}

/** Tells a problem from an artefact. */
export function isProblem<T extends Artifact>(value: T | Problem): value is Problem {
  return 'code' in value;
}

/** What stands in the way on one target. */
export interface TargetProblems {
  /** `linux/amd64` */
  readonly platform: string;
  /** `musl, Python 3.13` */
  readonly runtime: string;
  /** Packages that were selected. */
  readonly selected: number;
  readonly problems: readonly Problem[];
}

/** One error for all problems of all targets; undefined if there is none. A single problem speaks for itself. */
export function problemsError(targets: readonly TargetProblems[], file: string): ToolError | undefined {
  const found = distinctProblems(targets);
  const [first, ...others] = found;
  if (first === undefined) return undefined;
  const where = { file };
  const { code, message, details, hint: own, unfit } = first.problem;
  if (others.length === 0 && (unfit === undefined || first.platforms.length === 1))
    return new ToolError(code, message, { details, hint: own, where });
  const unfits = targets.flatMap(({ problems }) => problems.flatMap((problem) => problem.unfit ?? []));
  const hint = unfits.length > 0 ? nearestFix(unfits) : own;
  const lines = found.flatMap(({ problem, platforms }) =>
    linesOf(problem, { hint, only: platforms.length < targets.length ? platforms : [] }),
  );
  const selected = Math.max(...targets.map((target) => target.selected));
  const count = `${found.length} of ${counted(selected, 'package')}`;
  return new ToolError(unfits.length > 0 ? 'WHEEL_NONE_FITS' : code, `${count} cannot be installed on ${placesOf(targets)}`, {
    details: lines,
    hint,
    where,
  });
}

interface FoundProblem {
  readonly problem: Problem;
  readonly platforms: string[];
}

/** A package that lacks a wheel on several platforms is one problem, and so is what has nothing to do with platforms. */
function distinctProblems(targets: readonly TargetProblems[]): readonly FoundProblem[] {
  const found = new Map<string, FoundProblem>();
  for (const { platform, problems } of targets) {
    for (const problem of problems) {
      const key = problem.unfit === undefined ? `${problem.code} ${problem.message}` : packageLabel(problem.unfit.locked);
      const known = found.get(key);
      if (known === undefined) found.set(key, { problem, platforms: [platform] });
      else known.platforms.push(platform);
    }
  }
  return [...found.values()];
}

/** `linux/amd64 and linux/arm64, musl, Python 3.13` */
function placesOf(targets: readonly TargetProblems[]): string {
  const [first] = targets;
  if (targets.some(({ runtime }) => runtime !== first?.runtime))
    return targets.map(({ platform, runtime }) => `${platform} (${runtime})`).join(' and ');
  return `${targets.map(({ platform }) => platform).join(' and ')}, ${first?.runtime}`;
}

interface Listing {
  readonly hint: string;
  /** Empty for all platforms. */
  readonly only: readonly string[];
}

/** The hint for the wheels is that of the whole error. */
function linesOf({ code, message, details, hint, unfit }: Problem, listing: Listing): string[] {
  const only = listing.only.length === 0 ? '' : ` (on ${listing.only.join(', ')})`;
  if (unfit !== undefined) return [`${packageLabel(unfit.locked)}${only}: ${details.join('; ')}`];
  const next = hint === listing.hint ? [] : [`  hint: ${hint}`];
  return [`${code}: ${message}${only}`, ...details.map((line) => `  ${line}`), ...next];
}
