// Not the folder's index, which would load what fetches.
import { bundledInterpreter } from '../bytecode/bundled.ts';
import { bundledMinor } from '../bytecode/interpreters.ts';
import type { Context } from '../context.ts';
import type { Interpreter } from './job.ts';
import type { LayerPool } from './pool.ts';

/** Interpreters by minor, on their way. */
export type Interpreters = ReadonlyMap<string, Promise<Interpreter>>;

/** The interpreter that comes with this package, if it is of this minor. */
export function ownInterpreter(minor: string): Interpreter | undefined {
  return minor === bundledMinor ? { minor, directory: bundledInterpreter() } : undefined;
}

/** An interpreter's files, fetched if they are not there. What fetches is loaded when it is needed: most builds after the first compile nothing. */
export async function interpreterOf(minor: string, ctx: Context): Promise<Interpreter> {
  const own = ownInterpreter(minor);
  if (own !== undefined) return own;
  const { fetchInterpreter } = await import('../bytecode/index.ts');
  return { minor, directory: await fetchInterpreter(minor, ctx) };
}

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
      const fetched = interpreterOf(minor, ctx);
      fetched.then(
        (interpreter) => pool?.warm(interpreter, { store, threads }),
        () => undefined,
      );
      return [minor, fetched];
    }),
  );
}
