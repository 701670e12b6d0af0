import type { ErrorEntry } from './entry.ts';

/** Errors of configuration and usage. */
export const configErrors = {
  CONFIG_INVALID: {
    exit: 1,
    title: 'a configuration value has the wrong type or shape',
    cause: 'A key of [tool.wherry] or wherry.toml, a WHERRY_* variable or a flag does not fit the schema.',
    fix: 'Correct the value named in the message; schemas/wherry.schema.json lists every key.',
  },
  CONFIG_NOT_YET: {
    exit: 1,
    title: 'a configuration key is reserved but not built yet',
    cause: 'The key is part of the documented configuration, but this version of Wherry cannot act on it.',
    fix: 'Remove the key, or build that part another way until a later version supports it.',
  },
  CONFIG_UNKNOWN_KEY: {
    exit: 1,
    title: 'a configuration key is not known',
    cause: 'A key of [tool.wherry] or wherry.toml is misspelt or belongs to another tool.',
    fix: 'Use the suggested key, or remove it.',
  },
  USAGE: {
    exit: 64,
    title: 'the command line could not be understood',
    cause: 'A command, flag or argument is unknown, missing or contradictory.',
    fix: 'See wherry --help, or wherry COMMAND --help.',
  },
} as const satisfies Record<string, ErrorEntry>;
