import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../command.ts';
import { root, uv } from '../product.ts';
import { exampleAt, lockExamples } from './example.ts';

let directory: string;
beforeAll(async () => {
  await lockExamples();
  directory = await mkdtemp(join(tmpdir(), 'wherry-e2e-own-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Those of vision-bot run in its ci image. */
describe('the tests of the example', () => {
  it.each([
    ['discord-bot', ['--frozen']],
    ['django-site', ['--frozen']],
    ['media-api', ['--no-project', '--with-requirements', 'requirements-dev.txt']],
    ['trades', ['--frozen']],
  ])('%s pass', async (name, options) => {
    const env = {
      UV_PROJECT_ENVIRONMENT: join(directory, name),
      UV_PYTHON: join(root, '.cache/venv/bin/python'),
      UV_PYTHON_DOWNLOADS: 'never',
      PYTHONDONTWRITEBYTECODE: '1',
    };
    const command = [uv, 'run', '--quiet', ...options, 'pytest', '-q', '-p', 'no:cacheprovider'];
    expect(await run(command, { cwd: exampleAt(name), env })).toMatch(/^\d+ passed/m);
  });
});
