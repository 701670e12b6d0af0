import { readFileSync } from 'node:fs';

/** What every module exports beside its functions. Growing the memory makes a new buffer. */
export interface WasmMemory {
  readonly memory: { readonly buffer: ArrayBuffer };
}

/** The part of WebAssembly that is used here; TypeScript knows it only together with the types of browsers. */
interface Engine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
}

const { Module, Instance } = (globalThis as unknown as { WebAssembly: Engine }).WebAssembly;
const compiled = new Map<string, object>();

/**
 * A new instance, with a memory of its own, of the module that `scripts/wasm.ts` compiled to `src/NAME.wasm`; `name` is for example
 * `inflate/inflate`. The module is compiled once per thread and must import nothing. `Exports` is taken on trust.
 * The bundler copies modules to `dist/NAME.wasm` and puts the chunk with this function one folder below `dist` (rolldown.config.ts).
 */
export function loadWasm<Exports extends object>(name: string): Exports & WasmMemory {
  const module = compiled.get(name) ?? new Module(readFileSync(fileOf(name)));
  compiled.set(name, module);
  return new Instance(module).exports as Exports & WasmMemory;
}

function fileOf(name: string): URL {
  const isSource = import.meta.url.endsWith('.ts');
  return new URL(`${isSource ? './' : '../'}${name}.wasm`, import.meta.url);
}
