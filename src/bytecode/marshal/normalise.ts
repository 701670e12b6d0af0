import { malformed } from './malformed.ts';
import { Nodes } from './nodes.ts';
import { type Dialect, Reader } from './read.ts';
import { Writer } from './write.ts';

/** The minors of CPython whose marshal data is known. */
export type MarshalMinor = '3.11' | '3.12' | '3.13' | '3.14';

const dialects: Readonly<Record<MarshalMinor, Dialect>> = {
  '3.11': { slices: false, internsQualnames: false },
  '3.12': { slices: false, internsQualnames: false },
  '3.13': { slices: false, internsQualnames: true },
  '3.14': { slices: true, internsQualnames: true },
};

/** Memory for longer data is given back. */
const keptSize = 1024 * 1024;
let kept: Workspace | undefined;
/** A reference, of five bytes, may take the place of an equal object of two. */
const growth = 2.5;

/**
 * The canonical form of one code object's marshal data (`marshal.dumps` of CPython 3.11 to 3.14, versions 4 and 5).
 *
 * CPython's own form depends on reference counts, on what else was interned, and for NaN on the processor. Here equal constants are
 * one object, only objects that come again carry the reference flag, strings are interned by their value and place alone, elements of
 * frozensets are in an order of values, and NaN is the quiet one without sign and payload. Loading gives an equal code object.
 *
 * `bytes` is not changed and may lie in another module's memory. Errors: INTERNAL for data that CPython cannot have written.
 */
export function normalise(bytes: Uint8Array, minor: MarshalMinor): Uint8Array<ArrayBuffer> {
  if (bytes.length > keptSize) return new Workspace(bytes.length).normalise(bytes, dialects[minor]);
  kept ??= new Workspace(keptSize);
  return kept.normalise(bytes, dialects[minor]);
}

class Workspace {
  readonly #input: Uint8Array<ArrayBuffer>;
  readonly #output: Uint8Array<ArrayBuffer>;
  readonly #nodes = new Nodes();
  readonly #writer = new Writer(this.#nodes);

  constructor(size: number) {
    this.#input = new Uint8Array(size);
    this.#output = new Uint8Array(size * growth);
  }

  normalise(bytes: Uint8Array, dialect: Dialect): Uint8Array<ArrayBuffer> {
    const input = this.#input.subarray(0, bytes.length);
    input.set(bytes);
    this.#nodes.reset(input);
    const length = shallow(() => this.#writer.writeAll(new Reader(this.#nodes, dialect).readAll(), this.#output));
    if (length > bytes.length * growth) throw malformed('more to write than can come of what was read', length);
    return this.#output.slice(0, length);
  }
}

/** The depth that CPython allows takes the stack of a worker thread; a main thread's may end earlier. */
function shallow<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof RangeError) throw malformed('objects nested too deeply', 0);
    throw error;
  }
}
