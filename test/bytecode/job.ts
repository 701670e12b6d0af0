/** What `worker.ts` is told to do, as JSON; paths of packs are without their endings. */
export type Job = StoreJob | CompileJob | CompareJob | DumpJob;

interface Interpreted {
  readonly minor: string;
  /** Of the interpreter's files. */
  readonly directory: string;
  /** PYTHONHASHSEED; part of a stored memory. */
  readonly seed: string;
}

/** Starts the interpreter and stores its memory in a file. */
export interface StoreJob extends Interpreted {
  readonly task: 'store';
  readonly snapshot: string;
}

/** Compiles all sources of a pack, whose names are their paths in the image, from a stored memory or without. */
export interface CompileJob extends Interpreted {
  readonly task: 'compile';
  readonly snapshot: string | undefined;
  readonly backwards: boolean;
  /** Whether to run `disturb.py` first. */
  readonly disturbed: boolean;
  readonly sources: string;
  readonly pycs: string;
}

/** `compare.py` inside the interpreter, without stored memory: compares .pyc files with a compilation that nothing normalises. */
export interface CompareJob extends Interpreted {
  readonly task: 'compare';
  readonly sources: string;
  readonly pycs: string;
  readonly result: string;
}

/** Writes marshal data that nothing normalises, without stored memory. */
export interface DumpJob extends Interpreted {
  readonly task: 'dump';
  readonly disturbed: boolean;
  readonly sources: string;
  readonly dumps: string;
}
