import { ToolError } from '../errors/index.ts';
import { engineMissing, engineWorks, runWithEngine } from './container.ts';
import { unshareProblem } from './tools.ts';
import type { RunOptions, Runtime } from './types.ts';
import { runWithUnshare } from './unshare.ts';

/**
 * Runs an image and resolves with its exit status (128 + signal if one ended it). Without `with`, the first runtime that works is taken and a note
 * says which. Throws RUN_NO_RUNTIME, RUN_FAILED, USAGE, IMAGE_INVALID.
 */
export async function runImage(options: RunOptions): Promise<number> {
  const runtime = options.with ?? firstWorking(options);
  if (options.with !== undefined && runtime !== 'unshare' && !engineWorks(runtime, options.context.env)) throw engineMissing(runtime);
  options.context.emit({ type: 'note', message: `running ${options.image.name} with ${runtime}` });
  return runtime === 'unshare' ? runWithUnshare(options) : runWithEngine(runtime, options);
}

function firstWorking(options: RunOptions): Runtime {
  const { env } = options.context;
  const engine = (['docker', 'podman'] as const).find((name) => engineWorks(name, env));
  if (engine !== undefined) return engine;
  const problem = unshareProblem(options);
  if (problem === undefined) return 'unshare';
  throw new ToolError('RUN_NO_RUNTIME', `nothing here can run ${options.image.name}`, {
    details: ['neither docker nor podman answers', problem],
    hint: 'start Docker or Podman',
  });
}
