import type { ErrorEntry } from './entry.ts';

/** Errors of bases and wherry.lock. */
export const baseErrors = {
  BASE_LAYER_UNREADABLE: {
    exit: 1,
    title: 'a layer of the base cannot be read',
    cause: 'A layer is not a tar archive in gzip, zstd or plain form, is larger than the limits, or does not match its DiffID.',
    fix: 'Use another base image, or rebuild the base with a current tool.',
  },
  BASE_LAYOUT: {
    exit: 1,
    title: 'a local image layout cannot be used as a base',
    cause: 'The directory of base = "oci:PATH" lacks files, or holds another image than the one in wherry.lock.',
    fix: 'Make the layout again, then run wherry lock --update.',
  },
  BASE_NO_PLATFORM: {
    exit: 1,
    title: 'the base image does not exist for this platform',
    cause: "The base's index has no image for the operating system and CPU that is built.",
    fix: 'Choose another base, or leave the platform out of platforms in [tool.wherry].',
  },
  BASE_NO_PYTHON: {
    exit: 1,
    title: 'the base image has no Python that Wherry can use',
    cause: 'No python3.X in /usr/local/bin, /usr/bin or the PATH of the base, or its version or C library could not be found.',
    fix: 'Use a Python image such as python:3.13-slim, or base = "debian:13".',
  },
  BASE_NO_SHELL: {
    exit: 1,
    title: 'the start command needs a shell that the base does not have',
    cause: 'The command, its script or the health check is run by /bin/sh, and the base has no such program.',
    fix: 'Call the program itself, for example command = ["python", "-m", "yourmodule"], or use a base with a shell such as debian:13.',
  },
  BASE_PYTHON_MISMATCH: {
    exit: 1,
    title: 'the base image has another Python than the project wants',
    cause: 'The minor version of the Python inside the base differs from the chosen one.',
    fix: 'Choose a base with the right Python, or set python in [tool.wherry].',
  },
  PYTHON_UNUSABLE: {
    exit: 1,
    title: 'the wanted Python version cannot be used',
    cause: 'It is outside of requires-python, is not CPython, or is none of the versions that Wherry knows: 3.11 to 3.14.',
    fix: 'Set python = "3.13" in [tool.wherry], or change .python-version or requires-python.',
  },
  SIZE_UNKNOWN: {
    exit: 2,
    title: 'the size of a wheel could not be had',
    cause: 'Sizes decide which wheels share a layer. uv.lock has none for this wheel, wherry.lock neither, and its server gave no answer.',
    fix: 'Run wherry lock while online and commit wherry.lock; if the server needs a login, set UV_INDEX_<NAME>_USERNAME and UV_INDEX_<NAME>_PASSWORD.',
  },
  SIZE_WRONG: {
    exit: 1,
    title: 'a wheel has another size than wherry.lock says',
    cause:
      'The entry under [sizes] was edited, or was written when the server gave another answer. Sizes decide which wheels share a layer.',
    fix: 'Run wherry lock --update, and look at how the entry in wherry.lock came about.',
  },
  WHERRY_LOCK_BROKEN: {
    exit: 1,
    title: 'wherry.lock cannot be used',
    cause: 'The file is not TOML, has an unexpected shape, holds a value that is not safe, or was written by a newer version.',
    fix: 'Restore the file from version control, or delete it and run wherry lock.',
  },
  WHERRY_LOCK_INCOMPLETE: {
    exit: 1,
    title: 'wherry.lock lacks an entry',
    cause: 'With --locked, or where CI is set, nothing is looked up anew, and wherry.lock does not have everything that this build needs.',
    fix: 'Run wherry lock and commit wherry.lock.',
  },
  WHERRY_LOCK_UNWRITABLE: {
    exit: 2,
    title: 'wherry.lock cannot be written',
    cause: 'The directory or the file is read-only, or the disk is full.',
    fix: 'Make the directory writable, or build with --locked and a complete wherry.lock.',
  },
} as const satisfies Record<string, ErrorEntry>;
