import type { BaseFacts, DebianPackage } from '../base/facts.ts';
import type { CollisionPolicy } from '../config/types.ts';
import type { Digest } from '../digest.ts';
import type { Platform } from '../platform.ts';
import type { SourceTree } from '../project/types.ts';
import type { LockedTool } from '../resolve/wherry-lock.ts';
import type { Selection } from '../select/types.ts';
import type { Recipe } from './recipe.ts';

/** Everything about one image of one platform before any layer exists: plain data, printable, diffable. */
export interface ImagePlan {
  /** Name of the image: the project's, or the key of [tool.wherry.images.NAME]. */
  readonly name: string;
  readonly platform: Platform;
  /** The base as the user named it or as it was chosen. */
  readonly baseName: string;
  readonly base: BaseFacts;
  readonly selection: Selection;
  /** Bottom to top, without the base's own layers (an assembled base is the first entry). */
  readonly layers: readonly LayerPlan[];
  readonly config: ConfigPlan;
  readonly annotations: Readonly<Record<string, string>>;
  readonly format: 'oci' | 'docker';
  readonly tags: readonly string[];
  /** Where the bytes that recipes name can be had; not part of the image's identity. */
  readonly materials: Materials;
  readonly collisions: CollisionPolicy;
  readonly explain: PlanExplanation;
}

export type LayerKind = 'base' | 'venv' | 'dependencies' | 'member' | 'project' | 'app' | 'accounts';

export interface LayerPlan {
  readonly kind: LayerKind;
  readonly recipe: Recipe;
  /** `recipeId(recipe)`. */
  readonly id: Digest;
  /** Names for people: `django 5.2.8`, `manage.py`. */
  readonly contents: readonly string[];
  /** Bytes of the wheels or files, where known. */
  readonly size: number | undefined;
}

/** By the sha256 of the wanted bytes. */
export type Materials = Readonly<Record<Digest, Material>>;

export type Material =
  | UrlMaterial
  | { readonly kind: 'deb'; readonly package: DebianPackage }
  /** Absolute path on this host. */
  | { readonly kind: 'path'; readonly path: string; readonly label: string }
  | { readonly kind: 'text'; readonly text: string }
  | BuildMaterial;

/** What a build is made from, by its `buildId`. */
export interface BuildMaterial {
  readonly kind: 'build';
  /** `greeter 1.0`. */
  readonly label: string;
  readonly origin: BuildOrigin;
  /** Where the wheels of the recipe's tools are looked for by name. */
  readonly tools: readonly LockedTool[];
}

/** Where the source of a build can be had. */
export type BuildOrigin =
  | { readonly kind: 'archive'; readonly location: { readonly url: string } | { readonly path: string }; readonly size: number | undefined }
  /** `name` and `version` are those of uv.lock: tools that would read the version from a repository find it. */
  | { readonly kind: 'git'; readonly url: string; readonly name: string; readonly version: string | undefined }
  /** `ignore`: the text of rules from a directory above. `gitDirectory`: where the host's git may be asked. */
  | { readonly kind: 'tree'; readonly tree: SourceTree; readonly ignore?: string; readonly gitDirectory?: string };

/** A file on a server. `sizeIn` is the lock file that gives `size`. */
export interface UrlMaterial {
  readonly kind: 'url';
  readonly url: string;
  readonly filename: string;
  readonly size: number | undefined;
  readonly sizeIn?: 'uv.lock' | 'wherry.lock';
  readonly label: string;
}

/** The image config without rootfs and history (image-spec, config.md). */
export interface ConfigPlan {
  readonly entrypoint: readonly string[];
  readonly command: readonly string[];
  /** `KEY=value`, base's first, ours merged. */
  readonly env: readonly string[];
  /** Numeric `uid:gid`. */
  readonly user: string;
  readonly workdir: string;
  /** `8000/tcp`. */
  readonly exposedPorts: readonly string[];
  readonly volumes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly stopSignal: string;
  readonly healthcheck: Healthcheck | undefined;
  /** RFC 3339, from SOURCE_DATE_EPOCH or the constant. */
  readonly created: string;
}

/** Docker's HEALTHCHECK; times in nanoseconds as in Docker's config. */
export interface Healthcheck {
  readonly test: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly startPeriod: number;
  readonly retries: number;
}

/** The reasons behind a plan, one line each; `plan --explain` prints them. */
export interface PlanExplanation {
  readonly start: string;
  readonly python: readonly string[];
  /** Tracked top-level entries that are not in the image. */
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
  /** Writable directories and their owner, for `run --read-only`. */
  readonly writable: readonly { readonly path: string; readonly mode: number; readonly uid: number; readonly gid: number }[];
  /** What is compiled beforehand, and by what. */
  readonly bytecode: string;
  /** Said once in a build, on stderr. */
  readonly notes: readonly string[];
}
