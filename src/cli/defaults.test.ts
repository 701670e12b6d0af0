import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { packagedDefaults } from './defaults.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-defaults-'));
});
afterAll(() => rm(directory, { recursive: true }));

it('reads the file beside the program, and does without', async () => {
  const file = join(directory, 'defaults.json');
  expect(packagedDefaults(pathToFileURL(file))).toEqual({});
  await writeFile(file, '{"index":"https://index.example/simple"}');
  expect(packagedDefaults(pathToFileURL(file))).toEqual({ index: 'https://index.example/simple' });
  await writeFile(file, '{"index":1}');
  expect(() => packagedDefaults(pathToFileURL(file))).toThrow(/defaults\.json/);
});
