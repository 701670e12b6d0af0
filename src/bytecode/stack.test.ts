import { describe, expect, it } from 'vitest';
import type { Booted } from './boot.ts';
import { deepStack, ownStack } from './stack.ts';

/** A memory with a stack pointer, and a stack of its own that ends at 4096. */
function machine() {
  const memory = new Uint8Array(34 * 1024 * 1024).fill(1);
  let pointer = 70_000;
  const exports = {
    malloc: () => 100_003,
    end: () => 4096,
    save: () => pointer,
    restore: (to: number) => {
      pointer = to;
    },
  };
  const booted = { pyodide: { _module: { HEAPU8: memory } }, exports } as unknown as Booted;
  return { booted, memory, pointer: () => pointer };
}

describe('deepStack', () => {
  const start = 100_016;
  const size = 32 * 1024 * 1024;

  it('runs on a stack of its own and goes back, also after a failure', () => {
    const { booted, pointer } = machine();
    const stack = deepStack(booted);
    expect(stack.use(() => pointer())).toBe(start + size);
    expect(pointer()).toBe(70_000);
    expect(() =>
      stack.use(() => {
        throw new Error('inside');
      }),
    ).toThrow('inside');
    expect(pointer()).toBe(70_000);
  });

  it('notices a stack that was used up, and one byte less', () => {
    const { booted, memory } = machine();
    const stack = deepStack(booted);
    expect(stack.use(() => memory.fill(7, start + 16 * 1024, start + size))).toBeDefined();
    expect(() => stack.use(() => memory.fill(7, start + 16 * 1024 - 1, start + size))).toThrow(RangeError);
  });
});

describe('ownStack', () => {
  it('stays where the interpreter is and guards its end', () => {
    const { booted, memory, pointer } = machine();
    const stack = ownStack(booted);
    expect(stack.use(() => pointer())).toBe(70_000);
    expect(() => stack.use(() => memory.fill(7, 4100, 5000))).toThrow(RangeError);
  });
});
