import { ToolError, type ToolErrorOptions } from '../errors/index.ts';
import type { Made } from './make.ts';

/** What a worker answers: a layer or an error as plain data, since classes don't survive the way between threads. */
export type Answer = { readonly made: Made } | { readonly error: WireError };

export interface WireError {
  readonly code: ToolError['code'];
  readonly message: string;
  readonly details: readonly string[];
  readonly hint?: string;
  readonly where?: NonNullable<ToolErrorOptions['where']>;
}

/** An error as plain data. What is no `ToolError` becomes INTERNAL with its stack as details. */
export function toWire(error: unknown): WireError {
  if (!(error instanceof ToolError)) {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { code: 'INTERNAL', message: `could not make a layer: ${stack.split('\n')[0]}`, details: stack.split('\n').slice(1, 6) };
  }
  const { code, message, details, hint, where } = error;
  return { code, message, details, ...(hint === undefined ? {} : { hint }), ...(where === undefined ? {} : { where }) };
}

/** The `ToolError` again. */
export function fromWire({ code, message, details, hint, where }: WireError): ToolError {
  return new ToolError(code, message, { details, ...(hint === undefined ? {} : { hint }), ...(where === undefined ? {} : { where }) });
}
