import type { Booted } from './boot.ts';

/** `resourceLimits.stackSizeMb` of a thread that compiles: its own stack must outlast the one of the interpreter. Reserved, not used, memory. */
export const stackSizeMb = 64;

const size = 32 * 1024 * 1024;
/** Bytes at the end of the stack that must stay untouched; no single frame is as large. */
const guardSize = 16 * 1024;
const zeros = Buffer.alloc(guardSize);

/** Where the interpreter's calls run. */
export interface Stack {
  /** Throws `RangeError` if the stack was too small, which may have overwritten memory of the interpreter. */
  use<T>(work: () => T): T;
}

/**
 * A stack deep enough that CPython's own counters end a recursion before it is used up. pyodide's of 5 MiB isn't (deep expressions of
 * 3.13), and WebAssembly has no guard page: an overflow writes over the interpreter's data, and wrong code could come out of it.
 */
export function deepStack(booted: Booted): Stack {
  const { malloc, save, restore } = booted.exports;
  const end = aligned(malloc(size + 16));
  const check = guard(booted, end);
  return {
    use: (work) => {
      const before = save();
      restore(end + size);
      let result: ReturnType<typeof work>;
      try {
        result = work();
      } finally {
        restore(before);
      }
      check();
      return result;
    },
  };
}

/** pyodide's own stack, for CPython from 3.14 on, which compares its stack pointer with the stack's end. */
export function ownStack(booted: Booted): Stack {
  const check = guard(booted, aligned(booted.exports.end()));
  return {
    use: (work) => {
      const result = work();
      check();
      return result;
    },
  };
}

function guard({ pyodide }: Booted, end: number): () => void {
  pyodide._module.HEAPU8.fill(0, end, end + guardSize);
  return () => {
    const { buffer } = pyodide._module.HEAPU8;
    if (!zeros.equals(Buffer.from(buffer, end, guardSize))) throw new RangeError('the stack of the interpreter was too small');
  };
}

function aligned(address: number): number {
  return Math.ceil(address / 16) * 16;
}
