import type { Where } from '../errors/index.ts';
import type { Platform } from '../platform.ts';
import type { SelectionRequest } from '../selection-request.ts';

/** Everything that one image is built from, after flags, variables, files and defaults were merged (DESIGN §7). */
export interface ImageConfig {
  readonly name: string;
  readonly repository: string | undefined;
  readonly platforms: readonly Platform[];
  readonly tags: readonly string[];
  /** `X.Y`, or undefined: chosen by `resolve`. */
  readonly python: string | undefined;
  /** Base as written, or undefined: chosen from the Python version. */
  readonly base: string | undefined;
  /** Where what is installed is written down; paths start at the project's directory. */
  readonly lock: { readonly lock: string | undefined; readonly requirements: readonly string[] };
  /** What is installed. */
  readonly selection: SelectionRequest;
  /** Neither the project nor its files: as configured, or because groups alone or other members are installed. */
  readonly noProject: boolean;
  /** Requirements that limit what builds packages (PEP 508). */
  readonly buildConstraints: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: run-time files are detected. */
  readonly files: readonly FileSpec[] | undefined;
  readonly directories: readonly DirectorySpec[];
  readonly user: UserSpec;
  readonly entrypoint: readonly string[];
  /** Undefined: detected. */
  readonly command: readonly string[] | undefined;
  readonly ports: readonly number[];
  readonly health: HealthSpec | undefined;
  readonly links: Readonly<Record<string, string>>;
  /** Whose `.py` files are compiled. */
  readonly bytecode: BytecodePolicy;
  readonly collisions: CollisionPolicy;
  /** Absolute path in the image. */
  readonly venv: string;
  /** Absolute path in the image. */
  readonly workdir: string;
  readonly format: 'oci' | 'docker';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly stopSignal: string | undefined;
  readonly stamp: readonly ('revision' | 'created')[];
  /** Mirrors by the registry, or the part of one, that they stand for: `HOST[:PORT][/PATH]`. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  readonly debian: { readonly mirror: Readonly<Record<string, string>>; readonly snapshot: string | undefined };
}

/** `all`: every module, `deps`: third-party packages and the assembled base's standard library, `none`: nothing. */
export type BytecodePolicy = 'all' | 'deps' | 'none';

/** What different files of two packages at one path are: an error, or the business of the one that is installed last. */
export type CollisionPolicy = 'error' | 'last';

/** A file pattern below the project, one file with a destination, or text. Paths in the image are absolute. */
export type FileSpec =
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'from'; readonly from: string; readonly to: string; readonly mode?: number; readonly owner?: string }
  | { readonly kind: 'text'; readonly text: string; readonly to: string; readonly mode?: number; readonly owner?: string };

/** A directory that is created and owned by the run user (or `owner`). */
export interface DirectorySpec {
  readonly path: string;
  /** Default 0o755. */
  readonly mode: number;
  readonly owner?: string;
}

/** The user that the container runs as. uid 0 only if asked for by name. */
export interface UserSpec {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** `http` is a path; times are seconds. */
export interface HealthSpec {
  readonly http?: string;
  readonly port?: number;
  readonly host?: string;
  readonly command?: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly retries: number;
}

/** Where one setting of one image came from, for `wherry config`. */
export interface ConfigOrigin {
  readonly image: string;
  /** Key as in the file, for example `no-groups`. */
  readonly key: string;
  /** The value in the file's form, after merging. */
  readonly value: unknown;
  /** `--platform`, `WHERRY_PLATFORMS`, `UV_NO_DEV`, `[tool.wherry]`, `wherry.toml`, `[tool.uv]`, `uv.toml` or `default`. */
  readonly origin: string;
  readonly where?: Where;
}
