import type { ErrorEntry } from './entry.ts';

/** Errors of Debian archives and packages. */
export const debianErrors = {
  DEB_NO_MIRROR: {
    exit: 2,
    title: 'no Debian mirror is known',
    cause: 'Neither the configuration, nor the environment, nor this machine names an archive to take Debian packages from.',
    fix: 'Set mirror = { debian = "URL", debian-security = "URL" } in [tool.wherry.debian], or WHERRY_DEBIAN_MIRROR in the environment.',
  },
  DEB_SIGNATURE: {
    exit: 2,
    title: 'the InRelease file of a Debian suite is not signed by Debian',
    cause:
      'No signature of one of the known archive keys fits the file, or it describes another suite. The mirror, or something before it, changed it.',
    fix: 'Use another mirror. If Debian has changed its keys, update Wherry.',
  },
  DEB_EXPIRED: {
    exit: 2,
    title: 'the index of a Debian suite is too old, or from the future',
    cause: 'The signed dates of the suite do not fit the clock: a stale mirror, a replayed file, or a wrong clock.',
    fix: 'Check the clock of this machine, or use another mirror.',
  },
  DEB_INDEX_HASH: {
    exit: 2,
    title: 'a package index is not the one that Debian signed',
    cause: 'Size or SHA-256 of the index differ from the signed InRelease file.',
    fix: 'Run the command again; if it stays, use another mirror.',
  },
  DEB_INDEX: {
    exit: 2,
    title: 'a package index could not be read',
    cause: 'The mirror does not have the suite or its index, or the index is not in the format of a Debian archive.',
    fix: 'Check that the mirror URL ends where "dists" begins, and that the mirror carries the suite and the architecture.',
  },
  DEB_NOT_FOUND: {
    exit: 2,
    title: 'a package of the base is in no index of the mirror',
    cause: 'The suites of the release, as this mirror has them, do not list the package for the architecture.',
    fix: 'Use a complete mirror.',
  },
  DEB_CLOSURE: {
    exit: 2,
    title: 'a package of the base has a dependency that is not in the base',
    cause: 'A newer version of the package depends on something that the curated list does not have and does not leave out on purpose.',
    fix: 'Keep the packages of wherry.lock, and update Wherry.',
  },
  DEB_GONE: {
    exit: 2,
    title: 'a locked Debian package is no longer on the mirror',
    cause: 'Mirrors drop superseded packages, and the package is not in the store.',
    fix: 'Run wherry lock --update to take the current version, or set [tool.wherry.debian] snapshot.',
  },
  DEB_HASH: {
    exit: 2,
    title: 'a Debian package is not the one that was locked',
    cause: 'Size or SHA-256 of the downloaded package differ from wherry.lock.',
    fix: 'Run the command again; if it stays, use another mirror. Do not edit the hash.',
  },
  DEB_MISMATCH: {
    exit: 1,
    title: 'a Debian package is not what its entry in wherry.lock says',
    cause: 'Name, version or architecture inside the package differ from the entry.',
    fix: 'Run wherry lock --update, and look at how the entry in wherry.lock came about.',
  },
  DEB_ARCHIVE: {
    exit: 2,
    title: 'a Debian package cannot be unpacked',
    cause: 'The file is not a .deb archive, is damaged, or holds something that has no place in an image.',
    fix: 'Run wherry cache verify, then the command again.',
  },
  DEB_SCRIPT: {
    exit: 2,
    title: 'a Debian package has an installation script that has no replacement',
    cause: 'Maintainer scripts are never run; each one is replaced by an audited rule, and this package has none.',
    fix: 'Keep the packages of wherry.lock, and update Wherry.',
  },
} as const satisfies Record<string, ErrorEntry>;
