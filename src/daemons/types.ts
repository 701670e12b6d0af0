import type { Readable } from 'node:stream';
import type { Digest } from '../digest.ts';
import type { Environment } from './program.ts';

export type EngineKind = 'docker' | 'podman';

export interface EngineOptions {
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/** Docker or Podman, by whichever way it answers. Every call throws DAEMON_UNREACHABLE and DAEMON_REFUSED. */
export interface Engine {
  /** Where it answers, for messages and as a key: `docker unix:///var/run/docker.sock`. */
  readonly place: string;
  facts(): Promise<EngineFacts>;
  /** Those of some images that it has, each asked for by name or by its ID; in the same order. */
  images(names: readonly string[]): Promise<readonly EngineImage[]>;
  /** `docker load` of an archive. Also an archive that lacks layers is accepted if the engine has them. */
  load(archive: Readable): Promise<void>;
  /** Makes a container of an image and removes it again, never starting it: proof that every layer is there. */
  tryContainer(id: Digest): Promise<void>;
  /** Gives an image a name; another image loses it. */
  tag(id: Digest, name: TagName): Promise<void>;
  /** `docker save`; undefined if there is no such image. */
  save(name: string): Promise<SavedImage | undefined>;
}

export interface EngineFacts {
  /** CPU in OCI terms, for example `amd64`. */
  readonly architecture: string;
  /**
   * How images are kept. `layers`: unpacked layers, by the chain of their DiffIDs; an image's ID is its configuration's digest. `manifests`:
   * compressed blobs in containerd, by digest; an image's ID is its manifest's digest.
   */
  readonly store: 'layers' | 'manifests';
}

export interface EngineImage {
  readonly id: string;
  readonly diffIds: readonly string[];
  /** Manifests of which every blob is there. Undefined if the engine does not say: only Docker 28 and newer do, for the store `manifests`. */
  readonly complete: readonly string[] | undefined;
}

/** One archive, as the engine writes it. */
export interface SavedImage {
  readonly archive: Readable;
  /** `linux/amd64`, if the engine has the image for more platforms by name, but whole only for this one. */
  readonly only?: string;
}

/** A full name `host/path:tag`. */
export interface TagName {
  readonly full: string;
}
