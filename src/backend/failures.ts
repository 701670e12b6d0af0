import { ToolError } from '../errors/index.ts';
import type { Ending } from './sandbox/child.ts';
import type { BuildJob } from './types.ts';
import type { Failed } from './wire.ts';

/** How a hook came to nothing. */
export interface Failure {
  /** The backend's own words; undefined if it could not say any. */
  readonly news?: Failed;
  /** How the process ended, if it did. */
  readonly ending?: { readonly reason: Ending; readonly stderr: string } | undefined;
  readonly log: string;
}

/** Programs that make machine code, or drive others that do. */
const compilers =
  /^(?:.*-)?(?:cc|c\+\+|gcc|g\+\+|clang|clang\+\+|cl|ld|ar|emcc|em\+\+|cargo|rustc|rustup|maturin|cmake|meson|ninja|make|swig|gfortran|nvcc|go|cython|flang|zig)(?:-[\d.]+)?(?:\.exe)?$/;
const waysOut =
  'build its wheel where its tools are, serve it from an index or name it in [tool.uv.sources], and run uv lock; the other way, BuildKit, is not part of this version';
/** Lines of a log that an error shows. */
const shownLines = 20;

/** Whether a program of this name makes a wheel that pure Python can't make. */
export function isCompiler(program: string): boolean {
  return compilers.test(program);
}

/**
 * Whether a build that went on without this program made another wheel than elsewhere: a compiler, or a question to git that is not answered. Tools
 * that ask for attributes give paths on stdin, which is not passed on; they take the files then as they are.
 */
export function isNeeded(program: string): boolean {
  return isCompiler(program) || (program.startsWith('git ') && !program.includes(' check-attr '));
}

/** The error of a hook that failed, or whose process did. */
export function failure(job: BuildJob, { news, ending, log }: Failure): ToolError {
  const what = `could not build ${job.label}`;
  const details = lastLines(log);
  const program = news?.program ?? news?.refused.find(isNeeded);
  if (program !== undefined) return needsProgram(job, program, details);
  if (news !== undefined) {
    return new ToolError('BACKEND_FAILED', `${what}: ${job.backend.buildBackend} failed: ${firstLine(news.reason)}`, {
      details,
      hint: hintOf(news),
    });
  }
  if (ending?.reason === 'time') return new ToolError('BACKEND_LIMIT', `${what}: it took too long`, { details, hint: waysOut });
  if (ending?.reason === 'memory') return new ToolError('BACKEND_LIMIT', `${what}: it took too much memory`, { details, hint: waysOut });
  const more = lastLines(ending?.stderr ?? '');
  const reason = ending?.reason === 'broken' ? 'broke the rules of its process' : 'ended without an answer';
  return new ToolError('BACKEND_FAILED', `${what}: ${job.backend.buildBackend} ${reason}`, {
    details: [...details, ...more],
    hint: waysOut,
  });
}

/** The error of a build that can't do without a program. */
export function needsProgram({ label }: BuildJob, program: string, details: readonly string[] = []): ToolError {
  const why = isCompiler(program) ? `its build needs a compiler (it starts ${program})` : `its build starts ${program}`;
  return new ToolError('BACKEND_PROGRAM', `could not build ${label}: ${why}`, { details, hint: waysOut });
}

/** The error of a wheel that is not for every platform. */
export function platformWheel({ label }: BuildJob, name: string): ToolError {
  return new ToolError('BACKEND_PLATFORM', `could not build ${label}: ${name} is a wheel for one platform`, { hint: waysOut });
}

/** The error of a Python that no interpreter is there for. */
export function unsupportedPython({ label, minor }: BuildJob): ToolError {
  return new ToolError('BACKEND_PYTHON', `could not build ${label}: build backends do not run for Python ${minor}`, {
    hint: 'choose Python 3.11, 3.12, 3.13 or 3.14, or give the package as a wheel',
  });
}

function hintOf({ reason }: Failed): string {
  const missing = /^ModuleNotFoundError: No module named '([^']+)'/.exec(reason)?.[1];
  if (missing === undefined) return waysOut;
  return `add what provides ${missing} to build-system.requires, if the build needs it; otherwise ${waysOut}`;
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

function lastLines(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .slice(-shownLines);
}
