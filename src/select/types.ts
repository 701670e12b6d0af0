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

export type Artifact = WheelArtifact | LocalArtifact;

/** A wheel file named by the lock. */
export interface WheelArtifact {
  readonly kind: 'wheel';
  readonly filename: string;
  readonly sha256: Digest;
  /** Bytes, if the lock knows. */
  readonly size: number | undefined;
  readonly location: { readonly url: string } | { readonly path: string };
}

/** A source tree below the workspace root, built by us. */
export interface LocalArtifact {
  readonly kind: 'local';
  /** POSIX path below the workspace root. */
  readonly path: string;
}
