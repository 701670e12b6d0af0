/** The parts of pyodide that are used here; they are the same in all its versions of `interpreters.ts`. */
export interface Pyodide {
  runPython(code: string): unknown;
  makeMemorySnapshot(): Uint8Array;
  readonly globals: { get(name: string): unknown };
  readonly _module: { readonly HEAPU8: Uint8Array };
  readonly _api?: { readonly config?: { _loadSnapshot?: Uint8Array } };
}

/** A Python object held from JavaScript until `destroy`. */
export interface PyProxy {
  destroy(): void;
}

export type PyFunction<Arguments extends unknown[], Result> = PyProxy & ((...values: Arguments) => Result);

export interface PyBytes extends PyProxy {
  /** A view of the object's bytes; a later growth of the memory detaches it. */
  getBuffer(): { readonly data: Uint8Array; release(): void };
}

export interface PyTuple extends PyProxy {
  get(index: number): unknown;
}

/** Functions of the WebAssembly instance itself. */
export interface WasmExports {
  readonly malloc: (size: number) => number;
  /** The stack's lowest address. */
  readonly end: () => number;
  /** The stack pointer. */
  readonly save: () => number;
  readonly restore: (pointer: number) => void;
}

/** What `loadPyodide` takes, as far as it is used. Those with an underscore are undocumented. */
export interface PyodideOptions {
  readonly indexURL: string;
  /** Path of the standard library, if not `python_stdlib.zip` in `indexURL`. */
  readonly stdLibURL?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly jsglobals: object;
  readonly stdin: () => null;
  readonly stdout: () => void;
  readonly stderr: () => void;
  readonly _makeSnapshot?: true;
  readonly _loadSnapshot?: Uint8Array;
}

export interface PyodideModule {
  readonly loadPyodide: (options: PyodideOptions) => Promise<Pyodide>;
}
