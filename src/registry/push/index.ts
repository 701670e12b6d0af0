/**
 * In: blobs that can be opened again and again, exact manifests. Out: what the registry confirmed to hold, and the bytes that were sent.
 * Must not: believe a registry that confirms another digest, or leave an upload open behind it.
 */
export { putManifest } from './put.ts';
export { listReferrers, putReferrer } from './referrers.ts';
export { putBlob } from './upload.ts';
