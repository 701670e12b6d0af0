/**
 * A parsed uv.lock, version 1, any revision (uv-and-wheels §1), or a list of pins in the same form. Markers and specifiers stay text; `select`
 * evaluates them.
 */
export interface Lock {
  /** Absolute path of the file. */
  readonly file: string;
  /** Present for pylock.toml and requirements, which list packages and know no graph. */
  readonly list?: ListFacts;
  readonly revision: number;
  readonly requiresPython: string | undefined;
  readonly resolutionMarkers: readonly string[];
  readonly supportedMarkers: readonly string[];
  readonly requiredMarkers: readonly string[];
  readonly conflicts: readonly (readonly ConflictItem[])[];
  /** `[options]` as written: the resolver settings that are not uv's defaults. Only compared, never used. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly manifest: Manifest;
  readonly packages: readonly LockedPackage[];
}

/** What only lists have. */
export interface ListFacts {
  /** Names of the files for people: `pylock.toml`, `requirements.txt, requirements-gpu.txt`. */
  readonly label: string;
  /** The command that writes the file anew. */
  readonly regenerate: string;
  /** Groups that are installed unless they are left out; `[tool.uv] default-groups` says nothing of a list. */
  readonly defaultGroups: readonly string[];
}

export interface ConflictItem {
  readonly package: string;
  readonly extra?: string;
  readonly group?: string;
}

/** `[manifest]`: what the lock was made from. Requirements are in the lock's wire form. */
export interface Manifest {
  readonly members: readonly string[];
  readonly requirements: readonly WireRequirement[];
  readonly constraints: readonly WireRequirement[];
  readonly overrides: readonly WireRequirement[];
  readonly buildConstraints: readonly WireRequirement[];
  readonly excludes: readonly string[];
  readonly dependencyGroups: Readonly<Record<string, readonly WireRequirement[]>>;
  /** The parts that are only compared, never used: dependency-metadata, scoped overrides, default groups of a root without a project. */
  readonly other: Readonly<Record<string, unknown>>;
}

/** A requirement as uv writes it into `metadata.requires-dist` and `[manifest]`. */
export interface WireRequirement {
  readonly name: string;
  readonly extras: readonly string[];
  readonly specifier?: string;
  readonly marker?: string;
  /** Source keys: `editable`, `virtual`, `directory`, `path`, `git`, `url`, `index`, `subdirectory`, `conflict`. */
  readonly source: Readonly<Record<string, unknown>>;
}

/** Where a locked package comes from (uv-and-wheels §1.3). Paths are POSIX, relative to the lock's directory. */
export type PackageSource =
  | { readonly kind: 'registry'; readonly registry: string }
  | { readonly kind: 'git'; readonly git: string }
  | { readonly kind: 'url'; readonly url: string; readonly subdirectory?: string }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'directory'; readonly directory: string }
  | { readonly kind: 'editable'; readonly directory: string }
  | { readonly kind: 'virtual'; readonly directory: string };

export interface LockedPackage {
  /** Normalised name. */
  readonly name: string;
  readonly version: string | undefined;
  readonly source: PackageSource;
  readonly resolutionMarkers: readonly string[];
  readonly dependencies: readonly Edge[];
  readonly optionalDependencies: Readonly<Record<string, readonly Edge[]>>;
  readonly groups: Readonly<Record<string, readonly Edge[]>>;
  readonly sdist: LockedFile | undefined;
  readonly wheels: readonly LockedFile[];
  readonly metadata: PackageMetadata | undefined;
  /** Versions of Python that the package allows, where the lock says so; another one is an error. */
  readonly requiresPython?: string | undefined;
  /** What the package needs, as requirements, where a list has to be checked for what it lacks. */
  readonly requires?: readonly string[] | undefined;
  /** `default-groups` and `group-requires-python` of a source tree, from revision 5 on. Only compared, never used. */
  readonly groupSettings?: GroupSettings;
}

/** Settings of groups as written: `default-groups` is a list or `all`, absent for the usual `dev`. */
export interface GroupSettings {
  readonly defaultGroups: readonly string[] | 'all' | undefined;
  readonly requiresPython: Readonly<Record<string, string>>;
}

/** An edge of the graph. `version` and `source` appear only where several packages share the name. */
export interface Edge {
  readonly name: string;
  readonly version?: string;
  readonly source?: PackageSource;
  readonly extras: readonly string[];
  readonly marker?: string;
}

/** A wheel or sdist of a package. Exactly one of `url` and `path` is set, or neither (archives inside a git repository). */
export interface LockedFile {
  /** The last, percent-decoded segment of url or path, or `filename`. */
  readonly filename: string;
  readonly url?: string;
  /** POSIX path relative to the lock's directory (already joined with the index's path). */
  readonly path?: string;
  /** `algorithm:hex`. */
  readonly hash?: string;
  /** Bytes. */
  readonly size?: number;
}

/** `[package.metadata]`, kept for the staleness check. */
export interface PackageMetadata {
  readonly requiresDist: readonly WireRequirement[];
  readonly providesExtras: readonly string[] | undefined;
  readonly requiresDev: Readonly<Record<string, readonly WireRequirement[]>>;
}
