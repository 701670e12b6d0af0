import type { ErrorCode } from '../../src/errors/index.ts';
import type { Deed, Fault, Step, TestRegistryOptions } from '../registry/index.ts';

/** One thing that goes wrong, and how Wherry must take it. The rows are also the table of docs/reliability.md. */
export interface FaultRow {
  /** What goes wrong. */
  readonly fault: string;
  /** What happens then. */
  readonly effect: string;
  readonly given: Given;
  /** The image, or the referrer, is complete, or the command fails so. */
  readonly ends: 'done' | Failure;
  /** How often requests of a kind arrive, exactly. */
  readonly steps?: Partial<Record<Step, number>>;
  /** Milliseconds that are waited at least between tries, in order. */
  readonly waits?: readonly number[];
  /** What the tag stands for at the end of a failed push. Default `old`. */
  readonly tag?: 'old' | 'new';
}

export interface Failure {
  readonly code: ErrorCode;
  /** In the message or the details. */
  readonly says?: RegExp;
  readonly hint?: RegExp;
}

export interface Given {
  readonly doing: 'push' | 'pull' | 'attach';
  readonly faults?: readonly Fault[];
  readonly registry?: Omit<TestRegistryOptions, 'faults' | 'tls' | 'names'>;
  /** What config.json of Docker holds for the registry. Default: user and password. */
  readonly login?: 'password' | 'wrong password' | 'refresh token' | 'wrong refresh token' | 'none';
  /** https with host names, none of them loopback: `registry.example`, `storage.example`, `elsewhere.example`. */
  readonly names?: boolean;
  /** Timeouts of a quarter of a second. */
  readonly impatient?: boolean;
}

/** An answer in the registry's words. */
export function says(
  status: number,
  code: string,
  more: { readonly message?: string; readonly headers?: Record<string, string> } = {},
): Deed {
  const body = JSON.stringify({ errors: [{ code, message: more.message ?? 'as the registry words it' }] });
  return { kind: 'answer', status, body, headers: { 'content-type': 'application/json', ...more.headers } };
}

/** The page of a proxy in between. */
export function page(status: number): Deed {
  return { kind: 'answer', status, headers: { 'content-type': 'text/html' }, body: `<html>\x1b[31m${'x'.repeat(5000)}</html>` };
}

/** From now on, for ever. */
export const always = { times: Number.POSITIVE_INFINITY } as const;

/** A push with some faults. */
export function push(...faults: readonly Fault[]): Given {
  return { doing: 'push', faults };
}

/** A pull with some faults. */
export function pull(...faults: readonly Fault[]): Given {
  return { doing: 'pull', faults };
}
