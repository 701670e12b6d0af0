import { setTimeout as sleep } from 'node:timers/promises';
import { ToolError } from '../../errors/index.ts';
import { retryDelay } from '../../http/index.ts';
import type { RegistryContext } from '../context.ts';
import { RegistryFailure } from '../failure.ts';

/** Tries of one operation. */
const maxTries = 6;

// No try begins later than this after the first one, in milliseconds, and a little later for what takes long.
const patience = 600_000;
const slowest = 100;

/** What is repeated. */
export interface Undertaking {
  /** For messages: `upload blob 0123456789ab of registry.example/app`. */
  readonly action: string;
  /** Bytes to send. */
  readonly size: number;
}

/**
 * Repeats an operation on a registry: full jitter, `Retry-After`, at most `maxTries`, a deadline that grows with the bytes to send.
 * Refusals that stay (401, 403, 404 …) and faults of the bytes' own source are thrown at once. Faults of the network say what was attempted.
 */
export async function persist<T>(
  operation: (tries: number) => Promise<T>,
  { action, size }: Undertaking,
  { signal, emit, wait = pause }: Pick<RegistryContext, 'signal' | 'emit' | 'wait'>,
): Promise<T> {
  const deadline = Date.now() + patience + size / slowest;
  for (let tries = 0; ; tries++) {
    try {
      return await operation(tries);
    } catch (error) {
      signal.throwIfAborted();
      if (!isPassing(error) || tries + 1 >= maxTries) throw named(error, action);
      const retryAfter = error instanceof RegistryFailure ? error.retryAfter : undefined;
      const milliseconds = retryDelay({ attempt: tries, retryAfter, now: Date.now(), random: Math.random() });
      if (Date.now() + milliseconds > deadline) throw named(error, action);
      emit({ type: 'note', message: `${error.message}; trying again` });
      await wait(milliseconds, signal);
      signal.throwIfAborted();
    }
  }
}

/** A fault below HTTP knows its URL only. */
function named(error: unknown, action: string): unknown {
  if (!(error instanceof ToolError) || !/^NETWORK_(?!OFFLINE|CA_BUNDLE)/.test(error.code)) return error;
  const { code, message, details, hint, cause } = error;
  return new ToolError(code, `cannot ${action}: ${message}`, { details, cause, ...(hint === undefined ? {} : { hint }) });
}

/** Whether another try can help. */
export function isPassing(error: unknown): error is ToolError {
  if (error instanceof RegistryFailure) return error.passing;
  return error instanceof ToolError && (error.code === 'NETWORK_UNREACHABLE' || error.code === 'NETWORK_TIMEOUT');
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => signal.throwIfAborted());
}
