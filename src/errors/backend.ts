import type { ErrorEntry } from './entry.ts';

/** Errors of building packages from source. */
export const backendErrors = {
  BACKEND_FAILED: {
    exit: 1,
    title: 'a build backend failed',
    cause:
      'The build backend of a package ended with an error, or did not give what PEP 517 asks for. Its last lines are below the message. It runs in CPython for WebAssembly, without network, threads and other programs.',
    fix: 'Read the last lines. If the same tree builds with `uv build --wheel`, give the package as a wheel: the other way, BuildKit, is not part of this version.',
  },
  BACKEND_LIMIT: {
    exit: 1,
    title: 'a build backend took too long or too much memory',
    cause: 'A hook of a build backend may run for ten minutes and use 2 GiB of memory.',
    fix: 'Build the package elsewhere and give it as a wheel: the other way, BuildKit, is not part of this version.',
  },
  BACKEND_PLATFORM: {
    exit: 1,
    title: 'a package builds a wheel for one platform only',
    cause: 'Wherry builds pure Python packages. The build backend made a wheel for the platform that it believes to run on.',
    fix: 'Give the package as a wheel for the platform of the image: the other way, BuildKit, is not part of this version.',
  },
  BACKEND_PROGRAM: {
    exit: 1,
    title: 'a build backend needs another program',
    cause: 'The build starts a compiler or another program. Wherry builds pure Python packages, and runs none but a few commands of git.',
    fix: 'Give the package as a wheel for the platform of the image: the other way, BuildKit, is not part of this version.',
  },
  BACKEND_PYTHON: {
    exit: 1,
    title: 'packages can not be built for this version of Python',
    cause: 'Build backends run in CPython for WebAssembly, which exists for Python 3.11 to 3.14.',
    fix: 'Choose one of these versions, or give the package as a wheel.',
  },
} as const satisfies Record<string, ErrorEntry>;
