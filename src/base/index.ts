/**
 * In: a base image's reference. Out: `BaseFacts`, read once by streaming its layers, and a source that streams those layers to sinks.
 * Must not: store a layer, run anything of the base, or trust a byte before its digest was checked.
 */
export type {
  BaseContent,
  BaseFacts,
  BaseLayer,
  BasePython,
  DebianBase,
  DebianPackage,
  EmptyBase,
  InheritedConfig,
  Libc,
  RegistryBase,
} from './facts.ts';
export { layoutImage } from './layout.ts';
export { type ReadBaseOptions, readBaseFacts } from './read.ts';
export { currentDigest, type NamedBase, readImageBase, registryBlobSource } from './source.ts';
