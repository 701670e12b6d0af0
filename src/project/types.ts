import type { Digest } from '../digest.ts';

/** A parsed TOML table, untyped beyond TOML itself. */
export type TomlTable = { readonly [key: string]: unknown };

/** The project that is built, with the workspace around it. Host paths in here never enter image bytes. */
export interface Project {
  /** Absolute path of the workspace root (the project itself if there is no workspace): where uv.lock lies. */
  readonly root: string;
  /** Absolute path of the directory whose pyproject.toml was chosen. */
  readonly directory: string;
  /** Normalised `project.name`, or the directory's name when there is no [project] table. */
  readonly name: string;
  /** The member that was chosen; undefined for a root without [project]. */
  readonly member: Member | undefined;
  /** Every member, the root included if it has a [project] table; sorted by name. */
  readonly members: readonly Member[];
  /** pyproject.toml of the root. */
  readonly rootPyproject: Pyproject;
  /** Text of the nearest `.python-version` between the directory and the root, first line, trimmed. */
  readonly pythonVersion: { readonly text: string; readonly file: string } | undefined;
  /** Hints for the start command, from source files; `plan` decides with the selection at hand. */
  readonly startSignals: readonly StartSignal[];
  /** Facts that people should see, one line each, for example that uv does not manage the project. */
  readonly notes?: readonly string[];
}

/** One pyproject.toml, parsed and lightly typed. */
export interface Pyproject {
  /** Absolute path of the file. */
  readonly file: string;
  /** File text, for error positions and hashing. */
  readonly text: string;
  readonly data: TomlTable;
}

/** A workspace member (or the only project). */
export interface Member {
  /** Normalised name (PEP 503). */
  readonly name: string;
  /** POSIX path below the workspace root; `.` for the root. */
  readonly path: string;
  readonly pyproject: Pyproject;
  /** `project.version`; undefined when it is dynamic. */
  readonly version: string | undefined;
  /** Whether uv would build and install it (`tool.uv.package`, `[build-system]`; uv-and-wheels §2.1). */
  readonly isPackage: boolean;
  /** `build-system.build-backend`; `uv_build`, another backend's name, or undefined without a build system. */
  readonly backend: string | undefined;
}

/** A possible start command seen in the sources. `object` is `module:attribute` where that applies. */
export interface StartSignal {
  readonly kind: 'script' | 'fastapi' | 'starlette' | 'django-wsgi' | 'django-asgi' | 'flask' | 'main';
  /** Script name, `module:object`, or a file path relative to the project. */
  readonly target: string;
  /** File that showed it, relative to the project. */
  readonly file: string;
  /** One line for people: why this was taken for a start. */
  readonly reason: string;
  /** Directory that the module is imported from, relative to the project; absent for the project's own directory and installed packages. */
  readonly importRoot?: string;
  /** String settings of gunicorn.conf.py beside pyproject.toml, other values as `''`; absent without that file. */
  readonly gunicorn?: Readonly<Record<string, string>>;
}

/** A directory tree as it may enter an image: ignored files are gone, secrets refused. Sorted bytewise by path. */
export interface SourceTree {
  /** Absolute path that entries are relative to. */
  readonly directory: string;
  readonly files: readonly SourceFile[];
  /**
   * What ignore rules or guards left out, with the reason: top-level entries, and refused secrets and special files at any depth.
   * Caches and version control are not listed. Sorted by path.
   */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

export type SourceFile =
  | {
      readonly type: 'file';
      /** POSIX path below the tree's directory. */
      readonly path: string;
      readonly sha256: Digest;
      /** Bytes. */
      readonly size: number;
      /** Whether the content starts with `#!` or the ELF magic (DESIGN §2: the only source of mode 0755). */
      readonly executable: boolean;
      /** What follows `#!` in the first line; absent without it. */
      readonly interpreter?: string;
      /** Programs that a shell script calls, as far as that is plain; absent for other files. */
      readonly calls?: readonly string[];
    }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };
