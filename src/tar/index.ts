/**
 * In: layer entries, or the bytes of an archive. Out: tar and gzip bytes that depend on the entries alone; entries of a read archive.
 * Must not: ask a clock, the file system or node:zlib for bytes that end in a layer; hold a whole entry in memory.
 */
export { blockSize, headerBytes, padding } from './header.ts';
export { type FileTotal, type LayerParts, leastSplice, type WrittenLayer, writeLayer } from './layer.ts';
export { HeaderParser, type TarEntryType, type TarHeader } from './parse.ts';
export { compareTarPaths, pathProblem } from './path.ts';
export { readTar, readTarAt, readTarBytes, type TarStreamEntry } from './read.ts';
export { epoch, type LayerEntry } from './types.ts';
export { tarBytes } from './write.ts';
