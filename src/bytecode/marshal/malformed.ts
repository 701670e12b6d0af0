import { ToolError } from '../../errors/index.ts';

/** INTERNAL: marshal data that CPython cannot have written. `at` is a byte offset. */
export function malformed(what: string, at: number): ToolError {
  return new ToolError('INTERNAL', `could not read the compiler's marshal data: ${what} at byte ${at}`);
}
