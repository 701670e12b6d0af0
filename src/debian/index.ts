/**
 * In: a Debian release, a platform and mirrors. Out: a locked package list, its facts, and the entries of the root assembled from it.
 * Must not: trust an unsigned byte, run a maintainer script, or name a mirror.
 */
export { debianFacts } from './facts.ts';
export { fetchDebs, type MirrorSource } from './fetch.ts';
export { type Archive, archiveKeys, pinnedKeys } from './keyring.ts';
export { type LockDebianOptions, lockDebianBase } from './lock.ts';
export { type DebianMirrors, findDebianMirrors } from './mirrors.ts';
export { assembleDebianRoot, type ReadDeb } from './root/index.ts';
export { compareVersions } from './version.ts';
