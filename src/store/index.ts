/**
 * In: bytes, layer records and small documents. Out: the same, by digest, recipe or key, checked whenever they are read.
 * Must not: believe a file for its name, leave a half-written file in place, or be used by two users.
 */
export { checkedBytes, checkedPath } from './material.ts';
export { openStore } from './open.ts';
export { storeDirectory } from './paths.ts';
export { lockPrivate, type PrivateFolder, placeFolder, privateFolder, readSealed, touchPrivate, writeSealed } from './private.ts';
export { type BlobSink, blobSink, temporaryIn } from './sink.ts';
export type { BlobWriter, PartialBlob, Store, StoredLayer } from './types.ts';
export { pruneStore, type StoreCheck, type StoreSize, sizeOfStore, verifyStore } from './upkeep.ts';
