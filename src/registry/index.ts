/**
 * In: image references, blobs and manifests to store, the logins and settings of the machine. Out: manifests, configs, blobs and referrers, all
 * verified against their digests, and what was stored of those to push, confirmed by the registry.
 * Must not: know of Python, keep what it reads, build what it pushes, or send a credential to a host that it does not belong to.
 */
export { verify } from './blob.ts';
export { createRegistry } from './client.ts';
export type { RegistryContext } from './context.ts';
export { type FoundImage, type ImageReader, pickPlatform, readImage, registryImage } from './image.ts';
export {
  checkLogin,
  type Forgotten,
  forgetLogin,
  helperProgram,
  type Login,
  type LoginSurvey,
  otherLogins,
  saveLogin,
  surveyLogins,
} from './login/index.ts';
export {
  type ImageConfigFile,
  type ImageManifest,
  type IndexManifest,
  type Manifest,
  maxManifestSize,
  parseConfig,
  parseManifest,
} from './manifest.ts';
export { mediaTypes, ociMediaType } from './media.ts';
export { formatPlace, type Place, parsePlace } from './place.ts';
export { apiHost, defaultRegistry, formatReference, parseReference, type Reference, type Repository } from './reference.ts';
export type { BlobName, BlobOutcome, BlobUpload, FetchedManifest, ManifestBytes, Registry, RegistryWriter } from './types.ts';
