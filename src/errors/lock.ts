import type { ErrorEntry } from './entry.ts';

/** Errors of the lock file and of choosing from it. */
export const lockErrors = {
  BACKEND_UNSUPPORTED: {
    exit: 1,
    title: 'a package must be compiled',
    cause: 'Its build backend starts compilers. Wherry builds pure Python packages only, without any other program.',
    fix: 'Build a wheel for the platform of the image elsewhere, serve it from an index or name its URL or path in [tool.uv.sources], and run uv lock.',
  },
  BUILD_FORBIDDEN: {
    exit: 1,
    title: 'a package would have to be built, and a setting forbids that',
    cause: 'no-build or no-build-package allows wheels only, and the package has none, is a source tree, or must not be a wheel.',
    fix: 'Name the package in no-binary-package, which is an exception from no-build, or leave it out with --no-install-package.',
  },
  EXTRA_UNKNOWN: {
    exit: 1,
    title: 'the project has no such extra',
    cause: 'An extra was asked for that no selected project defines in [project.optional-dependencies].',
    fix: 'Use one of the listed extras, or add it to pyproject.toml and run uv lock.',
  },
  GROUP_UNKNOWN: {
    exit: 1,
    title: 'the project has no such dependency group',
    cause: 'A group was asked for, or named in tool.uv.default-groups, that is not in [dependency-groups].',
    fix: 'Use one of the listed groups, or add it to pyproject.toml and run uv lock.',
  },
  LOCK_BROKEN: {
    exit: 1,
    title: 'a lock file cannot be read',
    cause: 'uv.lock or pylock.toml is not TOML, or not of the shape that it should have: a bad merge or an edit by hand.',
    fix: 'Write it again (uv lock, or uv export --format pylock.toml), and commit the result.',
  },
  LOCK_INCONSISTENT: {
    exit: 1,
    title: 'uv.lock contradicts itself',
    cause: 'An edge points to a package that is not in the lock, or two versions of a package would be installed.',
    fix: 'Run uv lock to write the file again.',
  },
  LOCK_MISSING: {
    exit: 1,
    title: 'there is no lock file',
    cause:
      'Wherry installs exactly what a lock names: uv.lock, pylock.toml, or requirements files with exact versions. Those of other tools are not read.',
    fix: 'Run uv lock and commit uv.lock. From Poetry and Pipenv: uvx migrate-to-uv; from PDM: uvx pdm export --prod -o requirements.txt.',
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
    title: 'a lock file has a format version that is not known here',
    cause: 'Wherry reads version 1 of uv.lock, in every revision, and version 1 of pylock.toml.',
    fix: 'Use a newer Wherry, or write the lock with a tool that makes version 1.',
  },
  LOCK_UNVERIFIED: {
    exit: 1,
    title: 'uv.lock cannot be compared with the project',
    cause: 'Something that the lock was made from is computed by a build backend, or has a form that is not understood here.',
    fix: 'Run uv lock --check, and build with --frozen; or write the dependencies into pyproject.toml.',
  },
  MARKER_INVALID: {
    exit: 1,
    title: 'an environment marker cannot be read',
    cause: 'The text after the semicolon of a requirement, or a marker in the lock, does not follow PEP 508.',
    fix: "Correct it, for example: sys_platform == 'linux'.",
  },
  PACKAGE_UNKNOWN: {
    exit: 1,
    title: 'the workspace has no such package',
    cause: 'A package was asked for that is not a member of the workspace.',
    fix: 'Use one of the listed members.',
  },
  REQUIREMENT_INVALID: {
    exit: 1,
    title: 'a requirement cannot be read',
    cause: 'A dependency does not follow PEP 508.',
    fix: 'Correct it, for example: requests>=2.32,<3.',
  },
  SDIST_UNSUPPORTED: {
    exit: 1,
    title: 'a package has nothing that may be installed',
    cause: 'It has no wheel, and no source distribution either, or [tool.uv] forbids to build it (no-build, no-build-package).',
    fix: 'Allow the build, choose a version that has wheels, or serve a wheel of it from your own index and run uv lock.',
  },
  SELECTION_CONFLICT: {
    exit: 1,
    title: 'two extras or groups that exclude each other were chosen',
    cause: 'tool.uv.conflicts declares that they cannot be installed together.',
    fix: 'Choose one of them, for example in another image.',
  },
  SOURCE_UNSUPPORTED: {
    exit: 1,
    title: 'a package comes from a source that Wherry cannot use yet',
    cause:
      'The lock takes the package from an archive that lies inside of a git repository, or from an archive that is neither .tar.gz nor .zip.',
    fix: 'Name the URL of the archive itself in [tool.uv.sources], or build a wheel of it, and run uv lock.',
  },
  SPECIFIER_INVALID: {
    exit: 1,
    title: 'a version specifier cannot be read',
    cause: 'The text does not follow PEP 440.',
    fix: 'Correct it, for example: >=3.11,<4.',
  },
  TARGET_UNSUPPORTED: {
    exit: 1,
    title: 'the lock was not made for this target',
    cause: 'The Python version or platform is outside requires-python or tool.uv.environments.',
    fix: 'Choose another Python or platform, or widen requires-python or tool.uv.environments and run uv lock.',
  },
  VERSION_INVALID: {
    exit: 1,
    title: 'a version cannot be read',
    cause: 'The text does not follow PEP 440.',
    fix: 'Correct it, for example: 1.2.3.',
  },
  WHEEL_FORBIDDEN: {
    exit: 1,
    title: 'a package has wheels only, and a setting forbids them',
    cause: 'no-binary or no-binary-package asks for a build from source, and the lock names no source distribution.',
    fix: 'Take the package out of the setting; wherry config says where it is set.',
  },
  WHEEL_NAME_INVALID: {
    exit: 1,
    title: 'a wheel file name cannot be read',
    cause: 'The file name does not follow PEP 427: name-version-python-abi-platform.whl.',
    fix: 'Run uv lock again; if it stays, report it to the index that serves the file.',
  },
  WHEEL_NONE_FITS: {
    exit: 1,
    title: 'no wheel of a package fits the target',
    cause: 'The lock names wheels of the package, but none for this platform, libc and Python.',
    fix: 'Use a glibc base, for example base = "python:3.13-slim"; another Python; or a version of the package that has the wheel.',
  },
} as const satisfies Record<string, ErrorEntry>;
