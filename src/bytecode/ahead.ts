import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { releaseWhole } from '../release.ts';

/** The part of WebAssembly that is used here. */
interface Engine {
  readonly compile: (bytes: Uint8Array) => Promise<object>;
}

const { WebAssembly: engine } = globalThis as unknown as { readonly WebAssembly: Engine };
const ahead = new Map<string, { readonly bytes: Uint8Array; readonly module: Promise<object | undefined> }>();

/**
 * Has the WebAssembly module of the interpreter in `directory` compiled by other threads, while this one reads a stored memory. Never fails: the
 * start learns why a module is of no use.
 */
export function compileAhead(directory: string): void {
  try {
    const bytes = readFileSync(join(directory, 'pyodide.asm.wasm'));
    ahead.set(directory, { bytes, module: engine.compile(bytes).catch(() => undefined) });
  } catch {
    // It is not there.
  }
}

/** The compiled form of `code`, if these are the bytes that were compiled ahead. */
export async function compiledAhead(directory: string, code: unknown): Promise<object | undefined> {
  const known = ahead.get(directory);
  return known !== undefined && code instanceof Uint8Array && Buffer.compare(known.bytes, code) === 0 ? await known.module : undefined;
}

/** Lets go of what was compiled; an instance holds it as long as it needs it. The engine has copied the bytes when it began. */
export function forgetAhead(directory: string): void {
  const known = ahead.get(directory);
  if (known !== undefined) releaseWhole(known.bytes);
  ahead.delete(directory);
}
