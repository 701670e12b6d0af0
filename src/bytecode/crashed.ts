import { ToolError } from '../errors/index.ts';

/**
 * The interpreter can't be trusted any more: it ran out of stack or memory, or broke a rule of its own. Its thread must be ended; the job may be
 * tried once more in a fresh one.
 */
export class CompilerCrashed extends Error {
  /** Path in the image of the source that was being compiled. */
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(`the compiler crashed at ${path}`, { cause });
    this.name = 'CompilerCrashed';
    this.path = path;
  }
}

/** The error of a file that crashed a fresh interpreter too. Code BYTECODE_CRASHED. */
export function crashedTwice(path: string, cause?: unknown): ToolError {
  return new ToolError('BYTECODE_CRASHED', `could not compile ${path}: the interpreter crashed twice`, {
    hint: 'leave bytecode out: set bytecode = "none" in [tool.wherry], or "deps" if the file is your own',
    cause,
  });
}
