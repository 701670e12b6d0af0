/** Bytes: of all regular files, and of the gzip layers. */
export interface Size {
  readonly unpacked: number;
  readonly compressed: number;
}

/** The parts of an image that the two sides have in common. `dependencies` is everything in the virtual environment. */
export interface PartSizes {
  readonly base: Size;
  readonly dependencies: Size;
  readonly app: Size;
}

/** One whole process, from exec to exit. Seconds and bytes. */
export interface Sample {
  readonly wall: number;
  /** User and system time of the process, and on the peer's side of its daemons and containers. */
  readonly cpu: number;
  /** Largest resident set; absent on the peer's side, whose work is spread over daemons. */
  readonly peak?: number;
  /** Bytes handed to the file system, by the kernel's account. */
  readonly written: number;
  /** Load average of the last minute before the start. */
  readonly load: number;
}

/** Who builds: the usual Dockerfile, or Wherry from its bundle, from a checkout, or on the base that it assembles itself. */
export type SideName = 'peer' | 'bundle' | 'checkout' | 'assembled';

/** `known`: empty caches, but the registry has what the last build pushed. */
export type RowName = 'cold' | 'source' | 'bump' | 'nothing' | 'known';

/** Bytes between a build and its registry, HTTP included. */
export interface Traffic {
  readonly sent: number;
  readonly received: number;
}

/** Samples of one side in one situation, in the order in which they were taken. */
export interface Cell {
  readonly side: SideName;
  readonly samples: readonly Sample[];
  /** Of one further build that was not timed. */
  readonly traffic?: Traffic;
}

export interface Row {
  readonly row: RowName;
  readonly bytecode: boolean;
  /** Whether the image was pushed to a registry; else it was written as a layout. Absent in results of earlier versions: not. */
  readonly push?: boolean;
  readonly cells: readonly Cell[];
}

/** Sizes with or without bytecode, of both sides. */
export interface SizePair {
  readonly bytecode: boolean;
  readonly peer: PartSizes;
  readonly ours: PartSizes;
}

export interface ProjectResult {
  readonly name: string;
  /** Distributions in the image. */
  readonly packages: number;
  /** What `bump` changes: `pillow 12.0.0 → 12.1.0`, one line per run. */
  readonly bumped: readonly string[];
  readonly sizes: readonly SizePair[];
  readonly rows: readonly Row[];
}

/** Seconds from starting an interpreter to the site's first answer. */
export interface StartupTimes {
  readonly bytecode: boolean;
  readonly seconds: readonly number[];
}

/** Seconds that one function, or all of an area, ran itself. */
export interface ProfileLine {
  /** `main`, or the folder of a worker. */
  readonly thread: string;
  readonly area: string;
  readonly name: string;
  readonly seconds: number;
}

/** Where a cold build spends its time: by area and by function, the longest first. */
export interface Profile {
  readonly areas: readonly ProfileLine[];
  readonly functions: readonly ProfileLine[];
}

export interface BenchResult {
  readonly date: string;
  readonly versions: Readonly<Record<'node' | 'uv' | 'docker' | 'buildx' | 'kernel', string>>;
  readonly cpus: number;
  readonly projects: readonly ProjectResult[];
  readonly startup: readonly StartupTimes[];
  /** Of a cold build of the last project, with bytecode if Wherry compiles it. */
  readonly profile?: Profile;
  /** `wherry --help` of the bundle and of the checkout. */
  readonly help: readonly Cell[];
}
