import { ToolError } from '../errors/index.ts';
import { type EngineEnd, engineMissing, runWithEngine } from './container.ts';
import { type Engine, engineWorks } from './probe.ts';
import { unshareProblem } from './tools.ts';
import type { RunOptions, Runtime } from './types.ts';
import { runWithUnshare } from './unshare.ts';

/**
 * Runs an image and resolves with its exit status (128 + signal if one ended it). Without `with`, the first runtime that can start the container is
 * taken; notes say which, and why one was passed over. Throws RUN_NO_RUNTIME, RUN_FAILED, DAEMON_UNREACHABLE, DAEMON_REFUSED, USAGE, IMAGE_INVALID.
 */
export async function runImage(options: RunOptions): Promise<number> {
  return options.with === undefined ? runWithFirst(options) : runWithNamed(options.with, options);
}

async function runWithNamed(runtime: Runtime, options: RunOptions): Promise<number> {
  if (runtime !== 'unshare' && !engineWorks(runtime, options.context.env)) throw engineMissing(runtime);
  announce(runtime, options);
  if (runtime === 'unshare') return runWithUnshare(options);
  const end = await runWithEngine(runtime, options);
  if ('status' in end) return end.status;
  throw new ToolError('RUN_FAILED', `${runtime} cannot start ${options.image.name}`, {
    details: [end.problem],
    hint: `repair ${runtime}, or use another --with`,
  });
}

async function runWithFirst(options: RunOptions): Promise<number> {
  const reasons: string[] = [];
  for (const engine of ['docker', 'podman'] as const) {
    const end = await tryEngine(engine, options);
    if ('status' in end) return end.status;
    reasons.push(`${engine}: ${end.problem}`);
  }
  const problem = unshareProblem(options);
  if (problem !== undefined) throw noRuntime(options, [...reasons, problem]);
  announce('unshare', options);
  return runWithUnshare(options);
}

/** An engine that is not there is nothing to talk about; one that is there and does not work is. */
async function tryEngine(engine: Engine, options: RunOptions): Promise<EngineEnd> {
  if (!engineWorks(engine, options.context.env)) return { problem: 'does not answer' };
  announce(engine, options);
  const end = await runWithEngine(engine, options).catch(loadProblem);
  if ('problem' in end)
    options.context.emit({
      type: 'note',
      message: `${engine} cannot start ${options.image.name}: ${end.problem}; trying the next runtime`,
    });
  return end;
}

/** An engine that does not take the image cannot start it either. */
function loadProblem(error: unknown): EngineEnd {
  if (error instanceof ToolError && (error.code === 'DAEMON_REFUSED' || error.code === 'DAEMON_UNREACHABLE')) {
    return { problem: [error.message, ...error.details].join(': ') };
  }
  throw error;
}

function announce(runtime: Runtime, { context, image }: RunOptions): void {
  context.emit({ type: 'note', message: `running ${image.name} with ${runtime}` });
}

function noRuntime({ image }: RunOptions, details: readonly string[]): ToolError {
  return new ToolError('RUN_NO_RUNTIME', `nothing here can run ${image.name}`, { details, hint: 'start Docker or Podman' });
}
