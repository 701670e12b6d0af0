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

/** One whole process. Seconds and bytes. */
export interface Sample {
  readonly wall: number;
  readonly cpu: number;
  readonly peak: number;
}

export interface Scenario {
  readonly name: string;
  readonly samples: readonly Sample[];
}

export interface ProjectResult {
  readonly name: string;
  /** Distributions in the image. */
  readonly packages: number;
  readonly peer: PartSizes;
  readonly ours: PartSizes;
  readonly scenarios: readonly Scenario[];
}

export interface BenchResult {
  readonly date: string;
  readonly node: string;
  readonly uv: string;
  readonly cpus: number;
  /** Average number of runnable processes while it ran: above `cpus` the times are too long. */
  readonly load: number;
  readonly startup: Scenario;
  readonly projects: readonly ProjectResult[];
}
