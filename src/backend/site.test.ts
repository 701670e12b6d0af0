import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { buildZip } from '../../test/zip-builder.ts';
import { siteFiles } from './site.ts';

const directory = mkdtempSync(join(tmpdir(), 'wherry-site-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('takes what modules are imported from, and the metadata', () => {
  const path = join(directory, 'a-1.0-py3-none-any.whl');
  const names = [
    'a/__init__.py',
    'a/fast.so',
    'a-1.0.dist-info/METADATA',
    'a-1.0.data/purelib/b.py',
    'a-1.0.data/scripts/run',
    'a-1.0.data/data/x',
  ];
  writeFileSync(path, buildZip(names.map((name) => ({ name, data: name }))));
  const found = [...siteFiles([path])].map(({ path: at, bytes }) => [at, Buffer.from(bytes).toString()]);
  expect(found).toEqual([
    ['/opt/backend/a/__init__.py', 'a/__init__.py'],
    ['/opt/backend/a-1.0.dist-info/METADATA', 'a-1.0.dist-info/METADATA'],
    ['/opt/backend/b.py', 'a-1.0.data/purelib/b.py'],
  ]);
});
