import { ToolError } from '../../../src/errors/index.ts';
import type { Lock, LockedPackage } from '../../../src/lock/types.ts';
import type { Project } from '../../../src/project/index.ts';
import type { Target } from '../../../src/resolve/target.ts';
import { type SelectionRequest, select } from '../../../src/select/index.ts';
import type { Answer, Choice } from './installer.ts';

/** Codes that say that one package cannot be installed; the selection goes on without it. */
const perPackage = new Set(['BACKEND_UNSUPPORTED', 'LOCK_UNHASHED', 'SDIST_UNSUPPORTED', 'SOURCE_UNSUPPORTED', 'WHEEL_NONE_FITS']);

export interface Ours {
  readonly answer: Answer;
  /** Packages that we refuse, with the code. */
  readonly problems: ReadonlyMap<string, string>;
}

/** Our selection in the form of the installer's answer; packages that we refuse are in it without a file. */
export function ourAnswer(input: {
  readonly project: Project;
  readonly lock: Lock;
  readonly target: Target;
  readonly request: SelectionRequest;
}): Ours {
  const problems = new Map<string, string>();
  for (;;) {
    try {
      const request = { ...input.request, noInstallPackages: [...input.request.noInstallPackages, ...problems.keys()] };
      const { packages } = select({ ...input, request });
      const choices = new Map<string, Choice>([...problems.keys()].map((name) => [name, {}]));
      for (const { name, version, artifact } of packages) {
        choices.set(name, {
          ...(version === undefined || artifact.kind === 'local' ? {} : { version }),
          ...('filename' in artifact ? { file: artifact.filename, hash: artifact.sha256 } : {}),
        });
      }
      return { answer: { choices }, problems };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const named = problemsIn(error, input.lock).filter(([name]) => !problems.has(name));
      if (named.length === 0) return { answer: { refused: `${error.code}: ${error.message}` }, problems };
      for (const [name, code] of named) problems.set(name, code);
    }
  }
}

/** One error tells of all packages that cannot be installed: of one in its message, of several in a line each. */
function problemsIn(error: ToolError, lock: Lock): readonly (readonly [string, string])[] {
  if (!perPackage.has(error.code)) return [];
  const lines = [error.message, ...error.details.filter((line) => !line.startsWith(' '))].filter(
    (line) => !/^\d+ of \d+ package/.test(line),
  );
  return lines.flatMap((line) => {
    const [, code = error.code] = /^([A-Z]+_[A-Z_]+): /.exec(line) ?? [];
    const words = new Set(line.split(/[\s,:]+/));
    const found = lock.packages.find((locked) => isNamed(locked, words, code));
    return found === undefined ? [] : [[found.name, code] as const];
  });
}

/** By name and version, or by a file; a source tree by its name alone. */
function isNamed({ name, version, source, wheels }: LockedPackage, words: ReadonlySet<string>, code: string): boolean {
  if (wheels.some(({ filename }) => words.has(filename))) return true;
  if (code === 'BACKEND_UNSUPPORTED') return 'directory' in source && words.has(name);
  return words.has(name) && (version === undefined || words.has(version));
}
