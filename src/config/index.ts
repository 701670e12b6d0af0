/**
 * In: a `Project`, the environment and flags. Out: `ImageConfig` for each image, with the origin of every value, and the JSON Schema.
 * Must not: choose Python or a base, look at the host's platform, or use the network.
 */
export { type ConfigFlags, type LoadConfigInput, type LoadedConfig, loadConfig } from './load.ts';
export { type ConfigFile, configJsonSchema, configSchema, defaultBytecode, type ImageKeys } from './schema.ts';
export { looksSecret } from './secrets.ts';
export { suggest } from './suggest.ts';
export type { BytecodePolicy, CollisionPolicy, ConfigOrigin, DirectorySpec, FileSpec, HealthSpec, ImageConfig, UserSpec } from './types.ts';
export { commandLine, splitWords } from './words.ts';
