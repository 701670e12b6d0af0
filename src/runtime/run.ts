import { ToolError } from '../errors/index.ts';
import type { RunOptions, Runtime } from './types.ts';
import { runWithUnshare, unshareProblem } from './unshare.ts';

/**
 * Runs an image and resolves with its exit status (128 + signal if one ended it). Without `with`, the first runtime that works is taken and a note
 * says which. Throws RUN_NO_RUNTIME, RUN_FAILED, USAGE, IMAGE_INVALID.
 */
export async function runImage(options: RunOptions): Promise<number> {
  const runtime = options.with ?? (await firstWorking(options));
  options.context.emit({ type: 'note', message: `running ${options.image.name} with ${runtime}` });
  if (runtime !== 'unshare') throw new ToolError('RUN_NO_RUNTIME', `cannot run with ${runtime} yet`, { hint: 'use --with unshare' });
  return runWithUnshare(options);
}

async function firstWorking(options: RunOptions): Promise<Runtime> {
  const problem = unshareProblem(options);
  if (problem === undefined) return 'unshare';
  throw new ToolError('RUN_NO_RUNTIME', `nothing here can run ${options.image.name}`, { details: [problem] });
}
