import { type ErrorCode, ToolError } from '../errors/index.ts';
import type { Artifact } from './types.ts';

/** Why a selected package cannot be installed; the parts of a `ToolError`. */
export interface Problem {
  readonly code: Extract<
    ErrorCode,
    'BACKEND_UNSUPPORTED' | 'LOCK_UNHASHED' | 'SDIST_UNSUPPORTED' | 'SOURCE_UNSUPPORTED' | 'WHEEL_NONE_FITS'
  >;
  readonly message: string;
  readonly details: readonly string[];
  readonly hint: string;
}

/** Tells a problem from an artefact. */
export function isProblem(value: Artifact | Problem): value is Problem {
  return 'code' in value;
}

/** One error for all problems of a selection: the first gives code, message and hint, the others follow as details. */
export function problemError(problems: readonly [Problem, ...Problem[]], file: string): ToolError {
  const [first, ...others] = problems;
  const listed = others.flatMap((problem) => [
    `also ${problem.code}: ${problem.message}`,
    ...problem.details.map((line) => `  ${line}`),
    `  hint: ${problem.hint}`,
  ]);
  return new ToolError(first.code, first.message, { details: [...first.details, ...listed], hint: first.hint, where: { file } });
}
