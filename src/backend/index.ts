/**
 * In: a source tree, the wheels of its build backend, a Python minor. Out: a wheel, its metadata or its requirements, which depend on these alone.
 * Must not: run anything outside of a child process without rights, choose or fetch backends, or believe what the child says.
 */
export { buildWheel, getRequiresForBuildWheel, prepareMetadata } from './build.ts';
export { textFile, treeFiles } from './files.ts';
export { isInGit, repeatGit } from './git/repeat.ts';
export type {
  BuildBackend,
  BuildFile,
  BuildJob,
  BuildLimits,
  BuildReport,
  BuiltWheel,
  GitExchange,
  PreparedMetadata,
  WheelRequirements,
} from './types.ts';
