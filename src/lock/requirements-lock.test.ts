import path from 'node:path';
import { expect, it } from 'vitest';
import type { ToolError } from '../errors/index.ts';
import { type FixtureFiles, projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import { readRequirementsLock } from './requirements-lock.ts';

async function refusal(files: FixtureFiles): Promise<Pick<ToolError, 'code' | 'details' | 'hint'>> {
  await using fixture = await projectFixture({ 'pyproject.toml': '[project]\nname = "demo"\nversion = "1"\n', ...files });
  const project = await readProject(fixture.directory);
  const file = path.join(fixture.directory, 'requirements.txt');
  return await readRequirementsLock([file], { project, env: {} }).then(
    () => {
      throw new Error('the list was accepted');
    },
    (error: unknown) => error as ToolError,
  );
}

const compile = 'uv pip compile --universal --generate-hashes';

it.each<[FixtureFiles, string]>([
  [{ 'requirements.txt': 'a\n' }, `run mv requirements.txt requirements.in && ${compile} requirements.in -o requirements.txt`],
  [{ 'requirements.txt': 'a\n', 'requirements.in': '' }, `run ${compile} requirements.in -o requirements.txt`],
  [
    { 'requirements.txt': '-r more.txt\na\n', 'requirements.in': '', 'more.in': '', 'more.txt': 'b\n', '.python-version': '3.12\n' },
    `run ${compile} --python-version 3.12 more.in -o more.txt && ${compile} --python-version 3.12 requirements.in -o requirements.txt`,
  ],
  [
    { 'requirements.txt': '-e .\na\n', 'requirements.in': '' },
    `remove the line -e . (the source of the project is in the image anyway), or write . to install it as a package; then run ${compile} requirements.in -o requirements.txt`,
  ],
  [{ 'requirements.txt': '-e ./lib\n' }, 'write the path without -e, to install it as a package'],
])('what pins nothing ends in one line that says what to do: %j', async (files, hint) => {
  expect(await refusal(files)).toMatchObject({ code: 'REQUIREMENTS_UNPINNED', hint });
});

it('shows five lines at most, and what is wrong with each', async () => {
  const lines = ['a', 'b>=1', 'c', 'd', 'e', 'f', 'g'];
  const { details } = await refusal({ 'requirements.txt': lines.join('\n') });
  expect(details).toHaveLength(6);
  expect(details.slice(1, 2)).toEqual(['requirements.txt:2: b allows several versions: >=1']);
  expect(details.at(-1)).toBe('and 2 more');
});
