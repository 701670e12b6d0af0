import type { DiffId, Digest } from '../digest.ts';
import type { Architecture, Platform } from '../platform.ts';

/** What a build needs to know of a base (DESIGN §1): read once when the base enters `wherry.lock`, then never again. */
export interface BaseFacts {
  readonly platform: Platform;
  readonly python: BasePython;
  readonly libc: Libc;
  /** Text of /etc/passwd and /etc/group; empty when the base has none. */
  readonly passwd: string;
  readonly group: string;
  /** Whether /bin/sh resolves to a file. */
  readonly shell: boolean;
  /** `dpkg` packages as `name=version`, sorted; empty on other distributions. */
  readonly packages: readonly string[];
  /** Sonames of the shared libraries in the loader's directories, sorted. */
  readonly sonames: readonly string[];
  readonly config: InheritedConfig;
  readonly content: BaseContent;
}

export interface BasePython {
  /** Absolute path in the image, for example `/usr/local/bin/python3.13`. */
  readonly path: string;
  /** `X.Y.Z`, without a pre-release suffix. */
  readonly version: string;
}

/** `version` is `2.41` for glibc, `1.2` for musl (the major and minor that wheel tags compare with). */
export interface Libc {
  readonly kind: 'glibc' | 'musl';
  readonly version: string;
}

/** The part of a base's image config that our image inherits (DESIGN §5); everything else is replaced. */
export interface InheritedConfig {
  readonly env: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
}

export type BaseContent = RegistryBase | DebianBase | EmptyBase;

/** Layers that lie in a registry and are never stored by us, only streamed through. */
export interface RegistryBase {
  readonly kind: 'registry';
  /** As configured, for example `python:3.13-slim`. */
  readonly reference: string;
  /** Digest that the reference resolved to (an index, or a bare manifest). */
  readonly digest: Digest;
  /** Digest of this platform's manifest. */
  readonly manifest: Digest;
  readonly layers: readonly BaseLayer[];
}

export interface BaseLayer {
  /** OCI media type; Docker's are already mapped (`oci.md` §2.1). */
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly diffId: DiffId;
}

/** A root assembled by us; its one layer is made by a recipe. */
export interface DebianBase {
  readonly kind: 'debian';
  readonly release: 12 | 13;
  readonly shell: boolean;
  readonly packages: readonly DebianPackage[];
}

/** One locked .deb (DESIGN §7). */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  /** The package's own architecture: the platform's, or `all`. */
  readonly architecture: Architecture | 'all';
  readonly archive: 'debian' | 'debian-security';
  /** Path below the archive's root, from `Filename:`. */
  readonly path: string;
  readonly size: number;
  readonly sha256: Digest;
}

/** No layers at all; used by tests. */
export interface EmptyBase {
  readonly kind: 'empty';
}
