import { fetchInterpreter } from '../bytecode/index.ts';
import type { Context } from '../context.ts';
import type { Interpreter } from './job.ts';
import type { LayerPool } from './pool.ts';

/** Interpreters by minor, on their way. */
export type Interpreters = ReadonlyMap<string, Promise<Interpreter>>;

/**
 * Fetches the interpreters of `minors` (one is named per layer that needs it), if they are not there, and lets threads boot them while the
 * layers' materials are on their way.
 */
export function startInterpreters(
  minors: readonly string[],
  { ctx, pool }: { readonly ctx: Context; readonly pool: LayerPool | undefined },
): Interpreters {
  const store = ctx.store.directory;
  const threads = Math.min(ctx.workers, minors.length);
  return new Map(
    [...new Set(minors)].map((minor) => {
      const fetched = fetchInterpreter(minor, ctx).then((directory) => ({ minor, directory }));
      fetched.then(
        (interpreter) => pool?.warm(interpreter, { store, threads }),
        () => undefined,
      );
      return [minor, fetched];
    }),
  );
}
