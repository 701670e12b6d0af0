import type { ErrorEntry } from './entry.ts';

/** Errors of logins and of the settings of registries. */
export const loginErrors = {
  LOGIN_FILE_UNSAFE: {
    exit: 2,
    title: 'the file of saved logins can be read by others',
    cause: "Wherry's auth.json belongs to another user, or its mode lets others read or write it. Logins in it are not used.",
    fix: 'If the file is yours, run chmod 600 on it and change the passwords that were in it; or remove it and run wherry login again.',
  },
  LOGIN_FILE_WRITE: {
    exit: 2,
    title: 'a login could not be saved',
    cause: "Wherry's auth.json, or the directory that it lies in, can not be written.",
    fix: 'Make the directory writable, set XDG_CONFIG_HOME to one that is, or give the login in WHERRY_REGISTRY_USERNAME and WHERRY_REGISTRY_PASSWORD.',
  },
  REGISTRY_BLOCKED: {
    exit: 2,
    title: 'a registry is blocked on this machine',
    cause: 'A [[registry]] table of registries.conf with `blocked = true` holds for the image.',
    fix: 'Use an image of another registry, or ask whoever looks after registries.conf.',
  },
  REGISTRY_HELPER: {
    exit: 2,
    title: 'a credential helper failed',
    cause: "Docker's config.json names a program that keeps logins (credsStore, credHelpers), and it could not store or erase one.",
    fix: 'Repair or install the helper, or take it out of config.json; then log in again.',
  },
} as const satisfies Record<string, ErrorEntry>;
