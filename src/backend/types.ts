/** `[build-system]` of a project, and what is to be passed to its hooks (PEP 517, PEP 518). */
export interface BuildBackend {
  /** `build-backend`, as it is written: `hatchling.build`, or `setuptools.build_meta:__legacy__` for a project without [build-system]. */
  readonly buildBackend: string;
  /** `backend-path`: directories of the project, below the subdirectory, that come first in `sys.path`. */
  readonly backendPath: readonly string[];
  /** What the hooks get as `config_settings`. */
  readonly configSettings: Readonly<Record<string, string | readonly string[]>>;
}

/** A file or link of the tree that is built. POSIX paths below the root of the tree; nothing else of the host is visible to the backend. */
export type BuildFile =
  | {
      readonly type: 'file';
      readonly path: string;
      /** The backend sees mode 0755 or 0644. */
      readonly executable: boolean;
      readonly content: () => Uint8Array | Promise<Uint8Array>;
    }
  | { readonly type: 'symlink'; readonly path: string; readonly target: string };

/** One call of a hook. Everything that its result may depend on is in here. */
export interface BuildJob {
  /** What is built, for people: `demo 1.0` or `workspace member demo`. */
  readonly label: string;
  readonly files: readonly BuildFile[];
  /** Name of the directory that `files` seem to lie in: the top directory of an sdist, which some versions are read from. Default `source`. */
  readonly rootName?: string;
  /** Where the project lies below the root, for a git source with `subdirectory`. Default: the root. */
  readonly subdirectory?: string;
  readonly backend: BuildBackend;
  /** Absolute paths of wheels: the backend, what it requires, and theirs, all of them; their digests are known to be right. */
  readonly backendWheels: readonly string[];
  /** `X.Y` of the Python that the wheel is for. */
  readonly minor: string;
  /** Absolute path of the directory in a git work tree that `files` were read from; without it git finds no repository. */
  readonly gitDirectory?: string;
  /** For tests and for very large projects. */
  readonly limits?: Partial<BuildLimits>;
}

export interface BuildLimits {
  /** Of one hook. Default: 10 minutes. */
  readonly milliseconds: number;
  /** Resident memory of the process, where the system tells it (Linux). Default: 2 GiB. */
  readonly bytes: number;
}

/** A question to the host's git, and what it said. The same answers give the same wheel. */
export interface GitExchange {
  /** What follows `git`, as the backend wrote it. */
  readonly arguments: readonly string[];
  /** Where the backend stood, as it calls the directory. */
  readonly cwd: string;
  readonly status: number;
  readonly stdout: Uint8Array;
}

/** What every hook reports beside its result. */
export interface BuildReport {
  /** What the backend printed. */
  readonly log: string;
  /** The questions to git in their order; empty for a backend that asked nothing, or without a repository. */
  readonly git: readonly GitExchange[];
}

export interface BuiltWheel extends BuildReport {
  /** File name of the wheel (binary distribution format); always for platform `any`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface PreparedMetadata extends BuildReport {
  /** Text of METADATA (core metadata specification). */
  readonly metadata: string;
}

export interface WheelRequirements extends BuildReport {
  /** Requirements (PEP 508) beyond `build-system.requires`. */
  readonly requirements: readonly string[];
}
