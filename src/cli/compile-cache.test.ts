import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let store: string;
beforeEach(() => {
  store = mkdtempSync(join(tmpdir(), 'wherry-code-'));
});
afterEach(() => rmSync(store, { recursive: true, force: true }));

/** Whether a process that asks for it keeps compiled code in the store. */
function keeps(env: Readonly<Record<string, string>> = {}): boolean {
  const module = JSON.stringify(join(import.meta.dirname, 'compile-cache.ts'));
  const loaded = JSON.stringify(join(import.meta.dirname, 'references.ts'));
  const program = `const { keepCompiledCode } = await import(${module}); keepCompiledCode(process.env); await import(${loaded});`;
  execFileSync(process.execPath, ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program], {
    env: { WHERRY_CACHE_DIR: store, ...env },
  });
  return existsSync(join(store, 'code-v1'));
}

describe('keepCompiledCode', () => {
  it('keeps it in a store of our own', () => {
    expect(keeps()).toBe(true);
  });

  it.each([0o750, 0o707, 0o777])('leaves a store alone whose mode is %o', (mode) => {
    chmodSync(store, mode);
    expect(keeps()).toBe(false);
  });

  it('does not make a store', () => {
    rmSync(store, { recursive: true });
    expect(keeps()).toBe(false);
    expect(existsSync(store)).toBe(false);
  });

  it('leaves the choice to the user', () => {
    const own = mkdtempSync(join(tmpdir(), 'wherry-code-'));
    expect(keeps({ NODE_COMPILE_CACHE: own })).toBe(false);
    expect(keeps({ NODE_DISABLE_COMPILE_CACHE: '1' })).toBe(false);
    rmSync(own, { recursive: true });
  });
});
