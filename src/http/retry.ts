/** Longest wait between two tries, in milliseconds; a longer `Retry-After` is cut to it. */
export const maxDelay = 60_000;

const firstDelay = 500;
const maxBackoff = 20_000;

/** Statuses that a later try may turn into an answer. 501 and 505 never change. */
export function isRetryable(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** When to try again. `attempt` counts from 0; `random` is in [0, 1); `now` is in milliseconds since 1970. */
export interface RetryMoment {
  readonly attempt: number;
  readonly retryAfter: string | undefined;
  readonly now: number;
  readonly random: number;
}

/** Milliseconds to wait: `Retry-After` (RFC 9110 §10.2.3: seconds or a date) if there is one, else exponential backoff with full jitter. */
export function retryDelay({ attempt, retryAfter, now, random }: RetryMoment): number {
  const jittered = random * Math.min(maxBackoff, firstDelay * 2 ** attempt);
  const asked = askedDelay(retryAfter?.trim(), now);
  // A little jitter on top, so that clients that were told the same second do not return in one wave.
  return asked === undefined ? jittered : Math.min(maxDelay, asked + random * firstDelay);
}

function askedDelay(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
