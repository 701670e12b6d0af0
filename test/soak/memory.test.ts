import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bigWheel, type WheelPart } from '../bigWheel.ts';
import { run } from '../e2e/command.ts';
import { root } from '../e2e/product.ts';
import { uv, writeFiles } from '../e2e/sampleProject.ts';

const MiB = 1024 * 1024;
/** One entry of 2 GB, several of medium size, and many small ones: 5 GB in all. */
const wheels: Readonly<Record<string, readonly WheelPart[]>> = {
  giant: [{ files: 1, size: 2048 * MiB }],
  large: [{ files: 4, size: 640 * MiB }],
  small: [{ files: 60_000, size: 8192 }],
};
const limit = 500_000_000;

let directory: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-memory-'));
  mkdirSync(join(directory, 'wheels'));
  const names = Object.keys(wheels);
  for (const name of names) await bigWheel(join(directory, 'wheels'), name, wheels[name] ?? []);
  const sources = names.map((name) => `${name} = { path = "wheels/${name}-1.0-py3-none-any.whl" }`);
  const dependencies = names.map((name) => `"${name}"`).join(', ');
  await writeFiles(directory, {
    'pyproject.toml': `[project]\nname = "heavy"\nversion = "1.0"\nrequires-python = ">=3.11"\ndependencies = [${dependencies}]\n\n[tool.uv.sources]\n${sources.join('\n')}\n`,
    '.python-version': '3.13\n',
    'main.py': 'print("hello")\n',
  });
  await uv(directory, 'lock', '--python', '3.11');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

it('makes an image of 5 GB, with an entry of 2 GB, in the memory that a small one takes', async () => {
  const report = join(directory, 'time');
  const env = { WHERRY_CACHE_DIR: join(directory, 'store'), CI: '' };
  const command = ['/usr/bin/time', '-f', '%M %e', '-o', report, join(root, 'bin/wherry'), 'build', directory, '--quiet'];
  await run(command, { env });
  const [peak = 0, seconds = 0] = readFileSync(report, 'utf8').trim().split(' ').map(Number);
  const megabytes = Math.round((peak * 1024) / 1_000_000);
  const line = `- Memory: an image of 5.1 GB, with a file of 2 GB and 60,000 small ones: ${megabytes} MB at most, ${seconds} s.`;
  if (process.env.SOAK_NOTES) appendFileSync(process.env.SOAK_NOTES, `${line}\n`);
  expect(peak * 1024).toBeLessThan(limit);
});
