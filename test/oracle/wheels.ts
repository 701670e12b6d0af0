import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const cache = join(root, '.cache/wheels');

/** Paths of the wheels that a list beside this file names (`name==version`, names as in file names); fetches those that are missing. */
export function downloadWheels(list: string): string[] {
  mkdirSync(cache, { recursive: true });
  const file = join(import.meta.dirname, list);
  const wanted = readFileSync(file, 'utf8').trim().split('\n');
  const has = (line: string) => readdirSync(cache).find((name) => name.startsWith(`${line.replace('==', '-')}-`));
  if (!wanted.every((line) => has(line) !== undefined)) {
    const options = [
      '--quiet',
      '--disable-pip-version-check',
      '--no-deps',
      '--only-binary',
      ':all:',
      '--dest',
      cache,
      '--requirement',
      file,
    ];
    execFileSync(join(root, '.cache/venv/bin/python'), ['-m', 'pip', 'download', ...options]);
  }
  return wanted.map((line) => join(cache, has(line) as string));
}
