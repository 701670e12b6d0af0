/**
 * In: what was attempted, with its operand. Out: `ToolError`, the one error type that users see; its code is a closed union.
 * Must not: print, exit, or hold a credential.
 */
import { backendErrors } from './backend.ts';
import { baseErrors } from './base.ts';
import { bytecodeErrors } from './bytecode.ts';
import { configErrors } from './config.ts';
import { debianErrors } from './debian.ts';
import type { ErrorEntry } from './entry.ts';
import { indexErrors } from './indexes.ts';
import { lockErrors } from './lock.ts';
import { loginErrors } from './login.ts';
import { networkErrors } from './network.ts';
import { planErrors } from './plan.ts';
import { produceErrors } from './produce.ts';
import { projectErrors } from './project.ts';
import { pushErrors } from './push.ts';
import { requirementsErrors } from './requirements.ts';
import { runtimeErrors } from './runtime.ts';
import { sourceErrors } from './sources.ts';
import { systemErrors } from './system.ts';

/** Every error code with its documentation; `wherry explain` and docs/reference/errors.md are made from it. */
export const errorCatalog = {
  ...configErrors,
  ...projectErrors,
  ...lockErrors,
  ...requirementsErrors,
  ...baseErrors,
  ...debianErrors,
  ...networkErrors,
  ...indexErrors,
  ...loginErrors,
  ...planErrors,
  ...produceErrors,
  ...bytecodeErrors,
  ...backendErrors,
  ...pushErrors,
  ...runtimeErrors,
  ...sourceErrors,
  ...systemErrors,
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorCatalog;
export type { ErrorEntry } from './entry.ts';

/** A place in a file that the user can open. `line` and `column` count from 1. */
export interface Where {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

export interface ToolErrorOptions {
  /** Further lines below the message, each one fact. */
  readonly details?: readonly string[];
  /** What to do next: a sentence, with a command or a configuration line where there is one. */
  readonly hint?: string;
  readonly where?: Where;
  readonly cause?: unknown;
}

/** The error that users see. `message` names what was attempted and the operand, in lower case, without a full stop. */
export class ToolError extends Error {
  readonly code: ErrorCode;
  readonly details: readonly string[];
  readonly hint: string | undefined;
  readonly where: Where | undefined;

  constructor(code: ErrorCode, message: string, options: ToolErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ToolError';
    this.code = code;
    this.details = options.details ?? [];
    this.hint = options.hint;
    this.where = options.where;
  }

  /** The exit status that the code stands for (DESIGN §8): 1 the project, 2 the environment, 64 usage. */
  get exitStatus(): number {
    return errorCatalog[this.code].exit;
  }
}
