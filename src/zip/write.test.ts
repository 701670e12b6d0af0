import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openZip, writeZip } from './index.ts';

it('writes archives that our own strict reader takes, the same every time', () => {
  const entries = [
    { path: 'a/é.py', bytes: Buffer.from('x = 1\n'), executable: false },
    { path: 'bin/run', bytes: Buffer.from('#!python\n'), executable: true },
    { path: 'empty', bytes: new Uint8Array(0), executable: false },
  ];
  const bytes = writeZip(entries);
  expect(writeZip(entries)).toEqual(bytes);
  const folder = mkdtempSync(join(tmpdir(), 'wherry-zip-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'a.zip'), bytes);
  const zip = openZip(join(folder, 'a.zip'));
  expect(zip.entries.map(({ path, executable, method }) => [path, executable, method])).toEqual([
    ['a/é.py', false, 'stored'],
    ['bin/run', true, 'stored'],
    ['empty', false, 'stored'],
  ]);
  expect(zip.entries.map((entry) => Buffer.from(zip.readAll(entry)).toString())).toEqual(['x = 1\n', '#!python\n', '']);
});
