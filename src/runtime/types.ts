import type { Context } from '../context.ts';
import type { Image } from '../image/index.ts';

export type Runtime = 'docker' | 'podman' | 'unshare';

export interface RunOptions {
  readonly image: Image;
  /** Undefined: the first of Docker, Podman and unshare that works. */
  readonly with?: Runtime | undefined;
  readonly ports?: readonly PortMapping[];
  /** `NAME=value`, or `NAME` to pass the caller's own value on. */
  readonly env?: readonly string[];
  /** A file of such lines; `#` begins a comment line. */
  readonly envFile?: string | undefined;
  readonly volumes?: readonly Volume[];
  /** Root read-only; `/tmp` and `writable` are throw-away writable mounts. */
  readonly readOnly?: boolean;
  readonly writable?: readonly WritableDirectory[];
  /** Replaces the image's command when not empty. */
  readonly args?: readonly string[];
  readonly context: Context;
  /** Directory of binfmt_misc, where the kernel lists its emulators; default: where Linux has it. */
  readonly handlers?: string;
  /** stdin, stdout and stderr of the container; default: the caller's own. */
  readonly stdio?: readonly [Stdio, Stdio, Stdio];
}

/** `number` is an open file descriptor. */
export type Stdio = 'inherit' | 'ignore' | number;

/** `-p [ADDRESS:]HOST:CONTAINER`, TCP. */
export interface PortMapping {
  readonly address: string | undefined;
  readonly host: number;
  readonly container: number;
}

/** `-v SOURCE:TARGET[:ro]`; both absolute. */
export interface Volume {
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A directory that stays writable on a read-only root. */
export interface WritableDirectory {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}
