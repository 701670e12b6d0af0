import { describe, expect, it } from 'vitest';
import { loadWasm } from './wasm.ts';

describe('loadWasm', () => {
  it('gives instances that share no memory', () => {
    const [one, other] = [loadWasm('inflate/inflate'), loadWasm('inflate/inflate')];
    new Uint8Array(one.memory.buffer)[5] = 7;
    expect(new Uint8Array(other.memory.buffer)[5]).toBe(0);
  });

  it('names the file that is missing', () => {
    expect(() => loadWasm('inflate/other')).toThrow(/inflate\/other\.wasm/);
  });
});
