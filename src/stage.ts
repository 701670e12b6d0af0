import type { Context } from './context.ts';
import type { Stage } from './events.ts';

/** Runs one stage and reports its start, its end and its time. */
export async function stage<T>(
  ctx: Context,
  name: Stage,
  work: () => T | Promise<T>,
  note?: (result: T) => string | undefined,
): Promise<T> {
  ctx.emit({ type: 'stage', stage: name, state: 'start' });
  const started = performance.now();
  const result = await work();
  const text = note?.(result);
  const milliseconds = performance.now() - started;
  ctx.emit({ type: 'stage', stage: name, state: 'done', milliseconds, ...(text === undefined ? {} : { note: text }) });
  return result;
}
