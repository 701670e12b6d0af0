/**
 * In: Debian packages as bytes. Out: the entries of one root file system, with what maintainer scripts would have made.
 * Must not: run anything of a package, or depend on anything but the packages.
 */
export { assembleDebianRoot, type ReadDeb, type RootMeans } from './assemble.ts';
