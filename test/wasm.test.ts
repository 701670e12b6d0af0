import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

it('compiles every module to the bytes of assembly/checksums.txt', () => {
  execFileSync(process.execPath, ['scripts/wasm.ts', '--check'], { cwd: root });
  expect(readFileSync(join(root, 'assembly/checksums.txt'), 'utf8')).toContain('src/inflate/inflate.wasm\n');
});
