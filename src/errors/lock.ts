import type { ErrorEntry } from './entry.ts';

/** Errors of the lock file and of choosing from it. */
export const lockErrors = {
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
} as const satisfies Record<string, ErrorEntry>;
