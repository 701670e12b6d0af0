import type { ErrorEntry } from './entry.ts';

/** Errors of the lock file and of choosing from it. */
export const lockErrors = {
  LOCK_BROKEN: {
    exit: 1,
    title: 'uv.lock cannot be read',
    cause: 'The file is not TOML, or not of the shape that uv writes: a bad merge or an edit by hand.',
    fix: 'Run uv lock to write it again, and commit the result.',
  },
  LOCK_MISSING: {
    exit: 1,
    title: 'there is no uv.lock',
    cause: 'Wherry installs exactly what the lock file names, so it needs one.',
    fix: 'Run uv lock and commit uv.lock.',
  },
  LOCK_STALE: {
    exit: 1,
    title: 'uv.lock does not match pyproject.toml',
    cause: 'A field that the lock was made from has changed since.',
    fix: 'Run uv lock, or build with --frozen to use the lock as it is.',
  },
  LOCK_UNHASHED: {
    exit: 1,
    title: 'a wheel in uv.lock has no hash',
    cause: 'Its index does not publish hashes. Wherry installs no file that it cannot check.',
    fix: 'Take the package from an index that publishes hashes, then run uv lock.',
  },
  LOCK_UNSUPPORTED: {
    exit: 1,
    title: 'uv.lock has a format version that is not known here',
    cause: 'Wherry reads version 1 of the format, in every revision.',
    fix: 'Use a newer Wherry, or run uv lock with a uv that writes version 1.',
  },
} as const satisfies Record<string, ErrorEntry>;
