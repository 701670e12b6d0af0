/**
 * In: a workspace member whose backend is uv_build, and its source tree. Out: the files that its wheel leaves in an environment.
 * Must not: run code, read files, or put host paths, times or file system modes into the result.
 */
export { planUvBuild, type UvBuildOptions, type UvBuildPlan, uvBuildInputs } from './plan.ts';
export { type UvBuildWheelOptions, type UvBuiltWheel, uvBuildWheel } from './wheel.ts';
