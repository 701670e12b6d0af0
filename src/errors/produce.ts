import type { ErrorEntry } from './entry.ts';

/** Errors of making layers. */
export const produceErrors = {
  ARCHIVE_UNSAFE: {
    exit: 1,
    title: 'an archive breaks a safety rule',
    cause: 'A wheel is damaged, ambiguous or hostile: two readers could see different contents, or a path leaves the environment.',
    fix: 'Report it to the maintainers of the package and pin another version.',
  },
  SOURCE_CHANGED: {
    exit: 1,
    title: 'a source file changed during the build',
    cause: 'A file was edited, replaced or removed after it was read for the plan and before its layer was made.',
    fix: 'Run the command again when nothing writes to the project.',
  },
  TAR_DAMAGED: {
    exit: 2,
    title: 'a tar archive can not be read',
    cause:
      'The archive is damaged, cut off, or uses something that no image needs (sparse files, unknown entry types, paths that leave it).',
    fix: 'Download or make the archive again. If it is a layer of a base image, choose another base.',
  },
  UVBUILD_INVALID: {
    exit: 1,
    title: 'uv_build would refuse the project',
    cause: 'A value of [project], [build-system] or [tool.uv.build-backend] is wrong, or a file that they name cannot be used.',
    fix: 'Correct the value named in the message; uv build --wheel shows the same problem.',
  },
  UVBUILD_MODULE_MISSING: {
    exit: 1,
    title: 'uv_build finds no module in the project',
    cause:
      'By default the module is src/NAME with an __init__.py, where NAME is the package name with underscores. Ignored files do not count.',
    fix: 'Create the module, or set module-root or module-name in [tool.uv.build-backend].',
  },
  VENV_PATH: {
    exit: 1,
    title: 'the path of the virtual environment cannot be used',
    cause:
      'Scripts start with #! and the path of Python; the kernel allows 127 bytes and no spaces there, and images may have no shell to work around it.',
    fix: 'Set venv in [tool.wherry] to a short absolute path without spaces, for example /app/.venv.',
  },
  WHEEL_COLLISION: {
    exit: 1,
    title: 'two packages install different files at one path',
    cause: 'Which of the two files wins would depend on the order of installation.',
    fix: 'Remove one of the two packages from the dependencies, then run uv lock; or set collisions = "last" in [tool.wherry].',
  },
  WHEEL_INVALID: {
    exit: 1,
    title: 'a wheel does not follow the wheel format',
    cause: 'A required file of the wheel is missing or malformed, or the wheel needs a newer format than 1.x.',
    fix: 'Report it to the maintainers of the package and pin another version.',
  },
  WHEEL_RECORD: {
    exit: 1,
    title: 'the files of a wheel differ from its RECORD',
    cause: 'A file is missing, not listed, or has another hash or size than RECORD says: the wheel was changed after it was built.',
    fix: 'Report it to the maintainers of the package and pin another version.',
  },
} as const satisfies Record<string, ErrorEntry>;
