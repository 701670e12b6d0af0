import { CompilerCrashed } from '../bytecode/crashed.ts';
import { ToolError, type ToolErrorOptions } from '../errors/index.ts';
import type { Interpreter, Job } from './job.ts';
import type { Made } from './make.ts';

/** What a worker is told: to have an interpreter ready before it is needed, or to make a layer. Only the latter is answered. */
export type Order = { readonly warm: { readonly interpreter: Interpreter; readonly store: string } } | { readonly job: Job };

/**
 * What a worker answers: a layer or an error as plain data, since classes don't survive the way between threads. After `crashed`, the path
 * of the source that the interpreter died of, the thread is of no use any more.
 */
export type Answer = { readonly made: Made } | { readonly error: WireError } | { readonly crashed: string };

export interface WireError {
  readonly code: ToolError['code'];
  readonly message: string;
  readonly details: readonly string[];
  readonly hint?: string;
  readonly where?: NonNullable<ToolErrorOptions['where']>;
}

/** A failure as plain data. What is no `ToolError` becomes INTERNAL with its stack as details. */
export function toWire(error: unknown): Answer {
  if (error instanceof CompilerCrashed) return { crashed: error.path };
  if (!(error instanceof ToolError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    const lines = stack.split('\n');
    return { error: { code: 'INTERNAL', message: `could not make a layer: ${lines[0]}`, details: lines.slice(1, 6) } };
  }
  const { code, message, details, hint, where } = error;
  return { error: { code, message, details, ...(hint === undefined ? {} : { hint }), ...(where === undefined ? {} : { where }) } };
}

/** The `ToolError` again. */
export function fromWire({ code, message, details, hint, where }: WireError): ToolError {
  return new ToolError(code, message, { details, ...(hint === undefined ? {} : { hint }), ...(where === undefined ? {} : { where }) });
}
