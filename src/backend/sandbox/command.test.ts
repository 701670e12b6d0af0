import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sandboxCommand } from './command.ts';

it('shows what lies in another visible place after that place', () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'wherry-sandbox-')));
  try {
    const inner = join(directory, 'library.zip');
    writeFileSync(inner, '');
    const words = sandboxCommand({ readable: [inner, directory], namespaces: true, seconds: 1 }).arguments;
    expect(words.indexOf(directory)).toBeGreaterThan(0);
    expect(words.indexOf(inner)).toBeGreaterThan(words.indexOf(directory));
  } finally {
    rmSync(directory, { recursive: true });
  }
});
