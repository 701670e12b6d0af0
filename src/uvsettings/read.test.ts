import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorCode, type FixtureFiles, projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import { readUvSettings, type UvSettings } from './read.ts';

const project = '[project]\nname = "site"\nversion = "1"\n';
const root = 'above/root';

/** Settings of a project at `above/root`; `~` stands for the user's home in names of files. */
async function read(files: FixtureFiles, env: Readonly<Record<string, string>> = {}): Promise<UvSettings> {
  const named = Object.entries(files).map(([name, text]) => [name.replace('~', 'home'), text] as const);
  await using fixture = await projectFixture({ [`${root}/pyproject.toml`]: project, ...Object.fromEntries(named) });
  const at = (name: string) => join(fixture.directory, name);
  const config = env.UV_CONFIG_FILE === undefined ? {} : { UV_CONFIG_FILE: at(env.UV_CONFIG_FILE) };
  const found = await readProject(at(root));
  return await readUvSettings(found, { HOME: at('home'), XDG_CONFIG_DIRS: at('system'), ...env, ...config });
}

const inside = (text: string) => ({ [`${root}/pyproject.toml`]: `${project}[tool.uv]\n${text}` });

// As uv itself does in each of these cases.
it.each<[FixtureFiles, string | undefined]>([
  [{}, undefined],
  [inside('resolution = "own"'), 'own'],
  [{ ...inside('resolution = "own"'), [`${root}/uv.toml`]: 'resolution = "file"' }, 'file'],
  [{ ...inside('resolution = "own"'), [`${root}/uv.toml`]: '' }, undefined],
  [{ 'above/pyproject.toml': '[tool.uv]\nresolution = "above"\n' }, 'above'],
  [{ 'above/uv.toml': 'resolution = "file"', 'above/pyproject.toml': '[tool.uv]\nresolution = "above"\n' }, 'file'],
  [{ 'uv.toml': 'resolution = "top"', 'above/pyproject.toml': '[tool.other]\n' }, 'top'],
  [{ ...inside(''), 'above/uv.toml': 'resolution = "above"' }, undefined],
  [{ '~/.config/uv/uv.toml': 'resolution = "user"', 'system/uv/uv.toml': 'resolution = "system"' }, 'user'],
  [{ ...inside('resolution = "own"'), '~/.config/uv/uv.toml': 'resolution = "user"' }, 'own'],
  [{ 'system/uv/uv.toml': 'resolution = "system"' }, 'system'],
])('the nearest file that has settings counts, then the user and the system: %j', async (files, resolution) => {
  expect((await read(files)).all.resolution).toBe(resolution);
});

it('lists and tables of all files are joined, the nearer first', async () => {
  const { all, table } = await read({
    ...inside('no-build-package = ["a"]\n[tool.uv.exclude-newer-package]\na = "1"\n'),
    '~/.config/uv/uv.toml': 'no-build-package = ["b"]\nexclude-newer-package = { a = "2", b = "2" }\n',
  });
  expect(all).toEqual({ 'no-build-package': ['a', 'b'], 'exclude-newer-package': { a: '1', b: '2' } });
  expect(table).toEqual({ 'no-build-package': ['a'], 'exclude-newer-package': { a: '1' } });
});

it('keys of the workspace come from its root alone', async () => {
  const files = {
    [`${root}/uv.toml`]: 'constraint-dependencies = ["file"]\n',
    '~/.config/uv/uv.toml': 'override-dependencies = ["user"]\n',
  };
  const { all, workspace } = await read({ ...files, ...inside('constraint-dependencies = ["own"]\n') });
  expect(all).toEqual({});
  expect(workspace).toEqual({ 'constraint-dependencies': ['own'] });
});

it('one file may take the place of all, or none count', async () => {
  const files = { ...inside('resolution = "own"'), 'other.toml': 'prerelease = "allow"\n', '~/.config/uv/uv.toml': 'offline = true\n' };
  expect((await read(files, { UV_CONFIG_FILE: 'other.toml' })).all).toEqual({ prerelease: 'allow' });
  expect((await read(files, { UV_NO_CONFIG: '1' })).all).toEqual({});
});

it.each([`${root}/uv.toml`, 'above/uv.toml', 'above/pyproject.toml', '~/.config/uv/uv.toml'])('%s must be TOML', async (name) => {
  expect(await errorCode(read({ [name]: 'resolution = ?' }))).toBe('PROJECT_BROKEN');
});
