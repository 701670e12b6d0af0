import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileAhead, compiledAhead, forgetAhead } from './ahead.ts';

const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-ahead-'));
});
afterEach(() => {
  forgetAhead(directory);
  rmSync(directory, { recursive: true });
});

function compile(bytes: Uint8Array): void {
  writeFileSync(join(directory, 'pyodide.asm.wasm'), bytes);
  compileAhead(directory);
}

it('gives the module of the same bytes, until it is forgotten', async () => {
  compile(empty);
  expect(Object.prototype.toString.call(await compiledAhead(directory, empty.slice()))).toBe('[object WebAssembly.Module]');
  forgetAhead(directory);
  expect(await compiledAhead(directory, empty)).toBeUndefined();
});

it('gives nothing for other bytes, or for what is not bytes', async () => {
  compile(empty);
  expect(await compiledAhead(directory, Uint8Array.of(...empty, 0, 1, 0))).toBeUndefined();
  expect(await compiledAhead(directory, {})).toBeUndefined();
  expect(await compiledAhead(`${directory}/other`, empty)).toBeUndefined();
});

it('leaves errors to the start', async () => {
  const broken = empty.subarray(0, 7);
  compile(broken);
  expect(await compiledAhead(directory, broken)).toBeUndefined();
  rmSync(join(directory, 'pyodide.asm.wasm'));
  forgetAhead(directory);
  expect(() => compileAhead(directory)).not.toThrow();
  expect(await compiledAhead(directory, empty)).toBeUndefined();
});
