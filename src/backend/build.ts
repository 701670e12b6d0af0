import type { Context } from '../context.ts';
import { ToolError } from '../errors/index.ts';
import type { BuildJob, BuiltWheel, PreparedMetadata, WheelRequirements } from './types.ts';

/**
 * Builds a wheel (PEP 517, `build_wheel`). The same job gives the same bytes.
 * Errors: BACKEND_FAILED, BACKEND_PROGRAM, BACKEND_PLATFORM, BACKEND_LIMIT, BACKEND_PYTHON, those of fetching the interpreter.
 */
export async function buildWheel(job: BuildJob, _ctx: Context): Promise<BuiltWheel> {
  throw unfinished(job);
}

/** METADATA of the wheel that `buildWheel` would make (PEP 517, `prepare_metadata_for_build_wheel`, else `build_wheel`). Errors as there. */
export async function prepareMetadata(job: BuildJob, _ctx: Context): Promise<PreparedMetadata> {
  throw unfinished(job);
}

/** What `buildWheel` needs beside `build-system.requires` (PEP 517, `get_requires_for_build_wheel`). Errors as there. */
export async function getRequiresForBuildWheel(job: BuildJob, _ctx: Context): Promise<WheelRequirements> {
  throw unfinished(job);
}

function unfinished({ label, backend }: BuildJob): ToolError {
  return new ToolError('BACKEND_FAILED', `could not build ${label}: ${backend.buildBackend} can not be run yet`);
}
