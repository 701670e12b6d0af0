import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lock } from '../../../src/lock/index.ts';
import { compareVersions, parseVersion } from '../../../src/packaging/index.ts';
import type { Answer, Choice } from './installer.ts';
import type { Ours } from './ours.ts';

/** One thing about which uv and Wherry disagree. */
export interface Difference {
  /** `refusal`, `presence`, `version`, `file`, `problem`. */
  readonly kind: string;
  readonly package: string;
  readonly uv: string;
  readonly wherry: string;
}

/** A row of the committed table of allowed differences; texts are regular expressions for the whole. */
export interface Allowed {
  readonly lock: string;
  readonly kind: string;
  readonly package: string;
  /** What Wherry says, where that must be this and nothing else. */
  readonly wherry?: string;
  readonly reason: string;
}

/** The committed table. */
export function allowedDifferences(): readonly Allowed[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../real-differences.json'), 'utf8'));
}

/** Everything that differs; empty for equal answers. Packages that are no distributions (virtual) are left out of both. */
export function compareAnswers(theirs: Answer, ours: Ours, lock: Lock): readonly Difference[] {
  const { answer, problems } = ours;
  if ('refused' in theirs || 'refused' in answer) {
    if ('refused' in theirs && 'refused' in answer && isSameRefusal(theirs.refused, answer.refused)) return [];
    return [{ kind: 'refusal', package: '', uv: told(theirs), wherry: told(answer) }];
  }
  const virtual = new Set(lock.packages.filter(({ source }) => source.kind === 'virtual').map(({ name }) => name));
  // Where one fork takes a package from git and another one from an index, uv was asked for neither file.
  const git = new Set(lock.packages.filter(({ source }) => source.kind === 'git').map(({ name }) => name));
  const names = new Set([...theirs.choices.keys(), ...answer.choices.keys()].filter((name) => !virtual.has(name)));
  return [...names].sort().flatMap((name) =>
    compareChoice(name, {
      uv: theirs.choices.get(name),
      wherry: answer.choices.get(name),
      isGit: git.has(name),
      problem: problems.get(name),
    }),
  );
}

interface Sides {
  readonly uv: Choice | undefined;
  readonly wherry: Choice | undefined;
  readonly isGit: boolean;
  /** The code with which Wherry refuses the package. */
  readonly problem: string | undefined;
}

function compareChoice(name: string, { uv, wherry, isGit, problem }: Sides): readonly Difference[] {
  const difference = (kind: string): readonly Difference[] => [{ kind, package: name, uv: show(uv), wherry: problem ?? show(wherry) }];
  if (uv === undefined || wherry === undefined) return difference('presence');
  if (isGit) return [];
  // What Wherry refuses must be something else than a hashed wheel for uv, too.
  if (problem !== undefined) return uv.file?.endsWith('.whl') && uv.hash !== undefined ? difference('problem') : [];
  if (uv.version !== undefined && !isSameVersion(uv.version, wherry.version)) return difference('version');
  return uv.file === wherry.file && uv.hash === wherry.hash ? [] : difference('file');
}

/** uv writes the version as the file's name has it, `2.8` for the lock's `2.8.0`. */
function isSameVersion(uv: string, wherry: string | undefined): boolean {
  return uv === wherry || (wherry !== undefined && compareVersions(parseVersion(uv), parseVersion(wherry)) === 0);
}

/** What uv says where Wherry has a code of its own. */
const refusals: Readonly<Record<string, RegExp>> = {
  EXTRA_UNKNOWN: /[Ee]xtra `.*` is not defined/,
  GROUP_UNKNOWN: /[Gg]roup `.*` (is not defined|was not found)|Default group `.*`/,
  SELECTION_CONFLICT: /are incompatible with the (declared )?conflicts|Found conflicting .* enabled simultaneously/,
  TARGET_UNSUPPORTED:
    /incompatible with the project's Python requirement|not compatible with the locked Python requirement|No interpreter found for Python|not compatible with the lockfile's supported environments/,
};

function isSameRefusal(uv: string, wherry: string): boolean {
  const code = wherry.slice(0, wherry.indexOf(':'));
  return refusals[code]?.test(uv) ?? false;
}

function told(answer: Answer): string {
  return 'refused' in answer ? answer.refused.slice(0, 300) : `${answer.choices.size} packages`;
}

function show(choice: Choice | undefined): string {
  if (choice === undefined) return 'absent';
  return [choice.version, choice.file, choice.hash].filter((part) => part !== undefined).join(' ') || 'built';
}
