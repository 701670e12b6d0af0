/**
 * In: URLs with the digest of what they must give. Out: those bytes in the store, or one error that says why not.
 * Must not: keep or use bytes with another digest, or send credentials to a host that they don't belong to.
 */
export { type DownloadBatch, downloadAll, startDownloads } from './batch.ts';
export { copyFile } from './copy.ts';
export {
  type Authorize,
  type CredentialOptions,
  credentialsFor,
  indexCredentials,
  type PackageIndex,
  packageIndexes,
} from './credentials.ts';
export { download } from './download.ts';
export { type Login, parseNetrc } from './netrc.ts';
export { isRefusal, notAllowed } from './refusal.ts';
export type { Download, DownloadOptions, Locate } from './types.ts';
