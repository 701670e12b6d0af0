import type { Digest } from '../digest.ts';
import type { PackageSource } from '../lock/types.ts';

export type { BuildSettings, SelectionRequest } from '../selection-request.ts';

/** The exact distributions of one image. Pure data; sorted by name. */
export interface Selection {
  /** Normalised names of the roots. */
  readonly roots: readonly string[];
  readonly packages: readonly SelectedPackage[];
  /** Everything in the lock that is not installed, each with one reason. */
  readonly dropped: readonly DroppedPackage[];
}

/** A package of the lock that is not in the image. */
export interface DroppedPackage {
  readonly name: string;
  readonly version: string | undefined;
  /** For people: `marker is false: …`, `only in group dev of …`, `left out by --no-install-package`. */
  readonly reason: string;
}

export interface SelectedPackage {
  readonly name: string;
  /** Undefined only for local packages with a dynamic version. */
  readonly version: string | undefined;
  readonly source: PackageSource;
  readonly artifact: Artifact;
  /** The shortest path from a root, for example `django-site → django → sqlparse`; a step names its extra or group: `uvicorn[standard]`. */
  readonly why: string;
}

export type Artifact = WheelArtifact | ArchiveArtifact | GitArtifact | LocalArtifact;

/** A wheel file named by the lock. */
export interface WheelArtifact {
  readonly kind: 'wheel';
  readonly filename: string;
  readonly sha256: Digest;
  /** Bytes, if the lock knows. */
  readonly size: number | undefined;
  readonly location: { readonly url: string } | { readonly path: string };
}

/** A source archive named by the lock, from which a wheel is built. */
export interface ArchiveArtifact {
  readonly kind: 'archive';
  readonly filename: string;
  readonly sha256: Digest;
  /** Bytes, if the lock knows. */
  readonly size: number | undefined;
  readonly location: { readonly url: string } | { readonly path: string };
  /** Where the project lies in the archive; absent for its root. */
  readonly subdirectory?: string;
}

/** A commit of a git repository, from which a wheel is built. */
export interface GitArtifact {
  readonly kind: 'git';
  /** Of the repository, without secrets. */
  readonly url: string;
  /** 40 hex digits. */
  readonly commit: string;
  /** The tag, branch or revision that the project names. */
  readonly requested?: string;
  readonly subdirectory?: string;
  readonly lfs: boolean;
}

/** A source tree of this machine, from which a wheel is built. */
export interface LocalArtifact {
  readonly kind: 'local';
  /** POSIX path relative to the workspace root; may start with `../`. */
  readonly path: string;
}
