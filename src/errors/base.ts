import type { ErrorEntry } from './entry.ts';

/** Errors of bases and wherry.lock. */
export const baseErrors = {
  BASE_LAYER_UNREADABLE: {
    exit: 1,
    title: 'a layer of the base cannot be read',
    cause: 'A layer is not a tar archive in gzip, zstd or plain form, is larger than the limits, or does not match its DiffID.',
    fix: 'Use another base image, or rebuild the base with a current tool.',
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
  BASE_PYTHON_MISMATCH: {
    exit: 1,
    title: 'the base image has another Python than the project wants',
    cause: 'The minor version of the Python inside the base differs from the chosen one.',
    fix: 'Choose a base with the right Python, or set python in [tool.wherry].',
  },
} as const satisfies Record<string, ErrorEntry>;
