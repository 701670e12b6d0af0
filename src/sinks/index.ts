/**
 * In: images, or anything that a tag stands for, whose blobs can be opened. Out: the same in a registry, a layout, an archive or a daemon,
 * under the given names.
 * Must not: change bytes, make layers, or leave anything half-written under a final name.
 */
export { type ArchiveContents, archiveSink, archiveStream } from './archive.ts';
export { containerdSink } from './containerd.ts';
export { type DaemonOptions, daemonSink } from './daemon.ts';
export { layoutSink } from './layout.ts';
export { type ImageName, imageName, type LayoutName } from './names.ts';
export { type RegistrySinkOptions, registrySink } from './registry.ts';
export { type PushedContent, pushContent } from './repository.ts';
export type { ContentOptions, ContentSink, PutOptions, PutResult, SentLayers, Sink } from './types.ts';
