import type { ErrorEntry } from './entry.ts';

/** Errors of Debian archives and packages. */
export const debianErrors = {
  DEB_GONE: {
    exit: 2,
    title: 'a locked Debian package is no longer on the mirror',
    cause: 'Mirrors drop superseded packages, and the package is not in the store.',
    fix: 'Run wherry lock --update to take the current version, or set [tool.wherry.debian] snapshot.',
  },
} as const satisfies Record<string, ErrorEntry>;
