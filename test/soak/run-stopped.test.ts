import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hostPlatform } from '../../src/platform.ts';
import { processesWith, until } from '../e2e/command.ts';
import { writeLayout } from '../e2e/pythonBase.ts';
import { startWherry, wherry } from '../e2e/sampleProject.ts';
import { makeImage } from '../images.ts';
import { madeUpBaseOf, siteLock } from '../smallSite.ts';
import { note } from './note.ts';

/** Milliseconds from the start; the container stands after about a second. */
const moments = Array.from({ length: 40 }, (_, index) => index * 40);
const signals = ['SIGTERM', 'SIGKILL', 'SIGINT', 'SIGHUP'] as const;
/** In the command line of everything that the container runs. */
const mark = `sleep 7${process.pid}.1`;

let directory: string;
let scratch: string;
let project: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-run-stopped-'));
  scratch = join(directory, 'scratch');
  project = join(directory, 'site');
  await mkdir(scratch);
  await mkdir(project);
  const { architecture } = hostPlatform;
  const shell = [
    { path: 'bin/busybox', content: await readFile('/bin/busybox') },
    { path: 'bin/sh', link: 'busybox' },
  ];
  await writeLayout(join(directory, 'base'), await makeImage({ layers: [[...madeUpBaseOf(architecture), ...shell]], architecture }));
  const settings = `[tool.wherry]\nbase = "oci:../base"\nbytecode = "none"\ncommand = ["/bin/sh", "-c", "trap 'exit 0' TERM INT; ${mark} & wait"]\n`;
  await writeFile(join(project, 'pyproject.toml'), `[project]\nname = "site"\nversion = "1.0"\nrequires-python = ">=3.11"\n\n${settings}`);
  await writeFile(join(project, 'uv.lock'), siteLock);
  await writeFile(join(project, 'main.py'), '');
  await wherry(['build', project, '--quiet'], options());
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const options = () => ({ env: { TMPDIR: scratch, WHERRY_CACHE_DIR: join(directory, 'store') } });

it('a run that is stopped at any moment ends with its container, and what it leaves is removed by the next one', async () => {
  let left = 0;
  for (const [index, moment] of moments.entries()) {
    const signal = signals[index % signals.length] ?? 'SIGTERM';
    const running = startWherry(['run', project, '--with', 'unshare', '--quiet'], options());
    await sleep(moment);
    running.kill(signal);
    // Process 1 of a container gets no signal that it does not handle yet: who wants it to end asks again.
    const timer = setInterval(() => running.kill('SIGTERM'), 300);
    await running.ended.finally(() => clearInterval(timer));
    await until(`nothing runs after ${signal} at ${moment} ms`, () => processesWith(mark).length === 0);
    left += (await readdir(scratch)).length > 0 ? 1 : 0;
  }
  await wherry(['run', project, '--with', 'unshare', '--quiet', '--', 'sh', '-c', 'true'], options());
  expect(await readdir(scratch)).toEqual([]);
  note(`${moments.length} runs stopped in their first ${moments.at(-1)} ms: ${left} left their directory to the next`);
}, 600_000);
