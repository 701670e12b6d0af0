import type { DebianPackage } from '../base/facts.ts';
import { type Digest, digestOf } from '../digest.ts';
import { canonicalJson } from '../json.ts';

/** Raised whenever the bytes that a recipe stands for change: tar, compressor, install layout, Debian rules. */
export const recipeFormat = 2;

/**
 * Names everything that a layer's bytes depend on (DESIGN §2.2), and nothing else: no host path, no URL, no time.
 * Two projects with equal recipes share the blob.
 */
export type Recipe = DebianRootRecipe | WheelsRecipe | BuiltRecipe | FilesRecipe;

/** Bytecode beside every `.py` file, as `compileall` would put it there (PEP 3147, PEP 552). */
export interface Bytecode {
  /** `unchecked-hash`: never compared with its source, for code that nobody edits. `checked-hash`: an edited source is compiled anew. */
  readonly mode: 'unchecked-hash' | 'checked-hash';
  /** X.Y.Z of the CPython that compiles: other releases may write other line tables. */
  readonly compiler: string;
}

/** The root file system assembled from .deb files, without maintainer scripts. */
export interface DebianRootRecipe {
  readonly kind: 'debian-root';
  readonly format: typeof recipeFormat;
  readonly release: 12 | 13;
  readonly architecture: string;
  readonly shell: boolean;
  /** Of the standard library. Absent: none. */
  readonly bytecode?: Bytecode;
  readonly packages: readonly Pick<DebianPackage, 'name' | 'version' | 'architecture' | 'sha256'>[];
}

/** Wheels installed into one virtual environment. */
export interface WheelsRecipe {
  readonly kind: 'wheels';
  readonly format: typeof recipeFormat;
  /** Absolute path of the environment in the image. */
  readonly venv: string;
  /** `X.Y`: names `lib/pythonX.Y`. */
  readonly pythonMinor: string;
  readonly bytecode: 'none' | Bytecode;
  /** Times of files follow their content, for own code. Absent: all are the same. */
  readonly times?: 'content';
  /** Sorted by name. */
  readonly wheels: readonly WheelItem[];
}

/** One package that is built from source, installed into a virtual environment. What is built is named, not what comes of it. */
export interface BuiltRecipe {
  readonly kind: 'built';
  readonly format: typeof recipeFormat;
  readonly venv: string;
  /** `X.Y`. */
  readonly pythonMinor: string;
  readonly bytecode: 'none' | Bytecode;
  readonly times?: 'content';
  readonly name: string;
  /** Absent where only the build tells it. */
  readonly version?: string;
  readonly directUrl?: string;
  readonly build: BuildRecipe;
}

/** All that the wheel of a build depends on. */
export interface BuildRecipe {
  readonly source: BuildSource;
  /** `build-backend`; `uv_build` is Wherry's own. */
  readonly backend: string;
  readonly backendPath?: readonly string[];
  readonly configSettings?: Readonly<Record<string, string | readonly string[]>>;
  /** X.Y.Z of the CPython that runs the backend. Absent for `uv_build`. */
  readonly python?: string;
  /** The backend and what it requires, sorted by name. */
  readonly tools: readonly BuildTool[];
  /** Digest of what the host's git told the backend. Absent where it is not asked. */
  readonly git?: Digest;
}

export interface BuildTool {
  readonly name: string;
  readonly version: string;
  readonly sha256: Digest;
}

/** What is built. `subdirectory` is where the project lies in it. */
export type BuildSource =
  | { readonly kind: 'archive'; readonly sha256: Digest; readonly subdirectory?: string }
  | { readonly kind: 'git'; readonly commit: string; readonly lfs?: true; readonly subdirectory?: string }
  /** `files`: digest of the list of files with their digests. `ignore`: of rules from a directory above that a backend follows. */
  | { readonly kind: 'tree'; readonly files: Digest; readonly ignore?: Digest };

export interface WheelItem {
  readonly name: string;
  readonly version: string;
  readonly sha256: Digest;
  /** `direct_url.json` of a wheel that does not come from an index (PEP 610), as JSON text. */
  readonly directUrl?: string;
}

/** Files, directories and links listed one by one: environment skeleton, project, app files, accounts. */
export interface FilesRecipe {
  readonly kind: 'files';
  readonly format: typeof recipeFormat;
  /** Of all `.py` files among the entries. Absent: none. */
  readonly bytecode?: Bytecode;
  /** Sorted bytewise by path; parents before children; no duplicates. */
  readonly entries: readonly FileEntry[];
}

/** `path` is POSIX and relative to the image's root (`app/main.py`). Times are seconds since 1970. */
export type FileEntry = FileEntryBase &
  (
    | { readonly type: 'file'; readonly sha256: Digest; readonly size: number }
    | { readonly type: 'directory' }
    | { readonly type: 'symlink'; readonly target: string }
  );

interface FileEntryBase {
  readonly path: string;
  /** Permission bits, for example 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
}

/** Whether a layer is the installation of wheels, whether they are given or built. */
export function installsWheels(recipe: Recipe): recipe is WheelsRecipe | BuiltRecipe {
  return recipe.kind === 'wheels' || recipe.kind === 'built';
}

/** Identity of a build, by which its wheel is kept. The name of the package is part of it, because a wheel of another name is refused. */
export function buildId({ name, version, pythonMinor, build }: Pick<BuiltRecipe, 'name' | 'version' | 'pythonMinor' | 'build'>): Digest {
  return digestOf(canonicalJson({ format: recipeFormat, name, ...(version !== undefined && { version }), pythonMinor, build }));
}

/** Identity of a recipe: SHA-256 of its canonical JSON. Written as the layer annotation `dev.wherry.recipe`. */
export function recipeId(recipe: Recipe): Digest {
  return digestOf(canonicalJson(recipe));
}
