import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import { parseWheelFilename, type WheelName } from '../packaging/index.ts';
import { failure, isNeeded, needsProgram, platformWheel } from './failures.ts';
import { runHook } from './run.ts';
import type { BuildJob, BuiltWheel, PreparedMetadata, WheelRequirements } from './types.ts';

/** What tests change to show that nothing depends on it. */
export interface BuildTrial {
  /** `PYTHONHASHSEED`; default 0. */
  readonly seed?: string;
}

/**
 * Builds a wheel (PEP 517, `build_wheel`). The same job gives the same bytes.
 * Errors: BACKEND_FAILED, BACKEND_PROGRAM, BACKEND_PLATFORM, BACKEND_LIMIT, BACKEND_PYTHON, those of fetching the interpreter.
 */
export async function buildWheel(job: BuildJob, ctx: Context, trial: BuildTrial = {}): Promise<BuiltWheel> {
  const { result, body, log, git, refused } = await runHook(job, ctx, { hook: 'build_wheel', ...trial });
  checkRefused(job, refused);
  if (typeof result !== 'string') throw noResult(job, log);
  const { tags } = wheelName(job, result, log);
  if (tags.some((tag) => !tag.endsWith('-any'))) throw platformWheel(job, result);
  return { name: result, bytes: body, log, git };
}

/** METADATA of the wheel that `buildWheel` would make (PEP 517, `prepare_metadata_for_build_wheel`, else `build_wheel`). Errors as there. */
export async function prepareMetadata(job: BuildJob, ctx: Context): Promise<PreparedMetadata> {
  const { result, log, git, refused } = await runHook(job, ctx, { hook: 'prepare_metadata_for_build_wheel' });
  checkRefused(job, refused);
  if (typeof result !== 'string') throw noResult(job, log);
  return { metadata: result, log, git };
}

/** What `buildWheel` needs beside `build-system.requires` (PEP 517, `get_requires_for_build_wheel`). Errors as there. */
export async function getRequiresForBuildWheel(job: BuildJob, ctx: Context): Promise<WheelRequirements> {
  const { result, log, git } = await runHook(job, ctx, { hook: 'get_requires_for_build_wheel' });
  if (typeof result === 'string') throw noResult(job, log);
  return { requirements: result, log, git };
}

/** A build that went on without what it needs made another wheel than it would have made elsewhere. */
function checkRefused(job: BuildJob, refused: readonly string[]): void {
  const program = refused.find(isNeeded);
  if (program !== undefined) throw needsProgram(job, program);
}

function wheelName(job: BuildJob, name: string, log: string): WheelName {
  try {
    return parseWheelFilename(name);
  } catch (cause) {
    if (!(cause instanceof ToolError)) throw cause;
    throw failure(job, { ending: { reason: 'broken', stderr: cause.message }, log });
  }
}

function noResult(job: BuildJob, log: string): ToolError {
  return failure(job, { ending: { reason: 'broken', stderr: '' }, log });
}
