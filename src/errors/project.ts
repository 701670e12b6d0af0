import type { ErrorEntry } from './entry.ts';

/** Errors of reading the project. */
export const projectErrors = {
  FILES_NO_MATCH: {
    exit: 1,
    title: 'an entry of files names nothing that exists',
    cause: 'A pattern or path in files = [...] matches no file below the project directory.',
    fix: 'Correct the entry, or remove it; paths are relative to the directory of pyproject.toml.',
  },
  PROJECT_BROKEN: {
    exit: 1,
    title: 'a project file cannot be read',
    cause: 'pyproject.toml is not valid TOML or UTF-8, or a field that Wherry needs has the wrong type.',
    fix: 'Correct the file at the place named in the message.',
  },
  PROJECT_MEMBER_UNKNOWN: {
    exit: 1,
    title: 'the workspace has no such member',
    cause: 'A package was asked for that no pyproject.toml of the workspace defines.',
    fix: 'Use one of the names listed in the message.',
  },
  PROJECT_NOT_FOUND: {
    exit: 1,
    title: 'there is no Python project here',
    cause: 'Neither pyproject.toml nor requirements.txt or pylock.toml was found in the directory or above it.',
    fix: 'Run wherry in the project, or name its directory: wherry build DIR.',
  },
  SECRET_REFUSED: {
    exit: 1,
    title: 'a secret would become part of the image',
    cause: 'Whoever can pull an image can read every file and variable in it, so .env files, private keys and secret values are refused.',
    fix: 'Give the value when the container starts: wherry run --env-file .env, or a secret of the platform that runs the image.',
  },
  SOURCE_LINK_ESCAPES: {
    exit: 1,
    title: 'a symbolic link leaves the project',
    cause: 'The link points to an absolute path or above the directory that is copied, so its target would be missing or another file.',
    fix: 'Replace the link by the file itself, or name the link in .dockerignore.',
  },
  SOURCE_NAME_INVALID: {
    exit: 1,
    title: 'a file name is not valid UTF-8',
    cause: 'Names in an image are UTF-8; other bytes mean different files to different tools.',
    fix: 'Rename the file, or remove it.',
  },
  START_AMBIGUOUS: {
    exit: 1,
    title: 'several start commands are possible',
    cause: 'The sources show more than one application or script, and none of them comes first.',
    fix: 'Choose one of the command lines in the message and write it under [tool.wherry] in pyproject.toml.',
  },
  START_NOT_FOUND: {
    exit: 1,
    title: 'no start command was found',
    cause: 'There is no project script, no known web application with a server in the lock, and no main.py.',
    fix: 'Write command = ["python", "-m", "yourmodule"] under [tool.wherry] in pyproject.toml.',
  },
  WHEEL_MISSING: {
    exit: 1,
    title: 'a wheel at a local path is not there',
    cause: 'uv.lock takes the package from a file of this machine, and there is no file at that path.',
    fix: 'Put the file back, or change its entry in [tool.uv.sources] and run uv lock.',
  },
  WORKSPACE_INVALID: {
    exit: 1,
    title: 'the workspace is not valid',
    cause: 'A member has no pyproject.toml or no [project] table, two members share a name, or a member is a workspace itself.',
    fix: 'Correct members or exclude in [tool.uv.workspace]; uv lock reports the same problem.',
  },
} as const satisfies Record<string, ErrorEntry>;
