/**
 * In: bytes, layer records and small documents. Out: the same, by digest, recipe or key, checked whenever they are read.
 * Must not: believe a file for its name, leave a half-written file in place, or be used by two users.
 */
export { type Compiled, hasCompiled, readCompiled, writeCompiled } from './compiled.ts';
export { storeDirectory } from './directory.ts';
export { makePrivate, used, writeSynced } from './disk.ts';
export { isWholeFolder, placeFolder } from './folder.ts';
export { removeLeftovers } from './leftovers.ts';
export { checkedBytes, checkedPath, presentPath } from './material.ts';
export { openStore } from './open.ts';
export { type PrivateFolder, privateFolder } from './private.ts';
export { lockPrivate } from './private-lock.ts';
export { openScratch, type Scratch } from './scratch.ts';
export { readSealed, writeSealed } from './sealed.ts';
export { type BlobSink, blobSink, temporaryIn } from './sink.ts';
export { type Spool, spool } from './spool.ts';
export type { BlobWriter, KnownLayer, PartialBlob, Store, StoredLayer } from './types.ts';
export { pruneStore, type StoreCheck, type StoreSize, sizeOfStore, verifyStore } from './upkeep.ts';
