import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readLock } from '../../src/lock/index.ts';
import { readProject } from '../../src/project/index.ts';
import { compareAnswers } from './real/compare.ts';
import { Installer } from './real/installer.ts';
import { ourAnswer } from './real/ours.ts';
import { casesFor } from './real/questions.ts';
import { stageProject } from './real/stage.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let installer: Installer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-select-'));
  installer = await Installer.start(join(root, '.cache/venv/bin'), join(folder, 'uv'));
});

afterAll(() => {
  installer.stop();
  rmSync(folder, { recursive: true, force: true });
});

const examples = readdirSync(join(root, 'examples')).filter((name) => existsSync(join(root, 'examples', name, 'uv.lock')));

it.each(examples)('select and uv sync choose the same files for examples/%s', async (name) => {
  const directory = mkdtempSync(join(folder, 'staged-'));
  stageProject(join(root, 'examples', name), { into: directory, address: installer.recorder.address });
  const project = await readProject(join(root, 'examples', name));
  const lock = await readLock(project);
  let files = 0;
  for (const { flags, request, place } of casesFor(project, lock, 1)) {
    const { minor, platform, target } = place;
    const theirs = await installer.ask({ directory, minor, platform, flags, git: [] });
    const differences = compareAnswers(theirs, ourAnswer({ project, lock, target, request }), lock);
    expect({ flags, minor, platform, differences }).toEqual({ flags, minor, platform, differences: [] });
    files +=
      'refused' in theirs ? 0 : [...theirs.choices.values()].filter(({ file, hash }) => file !== undefined && hash !== undefined).length;
  }
  // Most of what trades installs are its own members, which are no files.
  expect(files).toBeGreaterThan(name === 'trades' ? 90 : 100);
});
