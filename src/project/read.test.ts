import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorCode, type FixtureFiles, projectFixture } from './fixture.ts';
import { readProject } from './read.ts';

const project = (name: string, more = ''): string => `[project]\nname = "${name}"\nversion = "1.0"\n${more}`;

describe('one project', () => {
  it('is found from a directory below', async () => {
    await using fixture = await projectFixture({ 'pyproject.toml': project('My_App.Name'), 'deep/er/x.txt': '' });
    const found = await readProject(join(fixture.directory, 'deep/er'));
    expect(found).toMatchObject({ root: fixture.directory, directory: fixture.directory, name: 'my-app-name' });
    expect(found.member).toMatchObject({ path: '.', version: '1.0', isPackage: false, backend: undefined });
  });

  it('reports a missing pyproject.toml', async () => {
    await using fixture = await projectFixture({ 'x.txt': '' });
    expect(await errorCode(readProject(fixture.directory))).toBe('PROJECT_NOT_FOUND');
  });

  it('reports a directory that is not there, although a project lies above it', async () => {
    await using fixture = await projectFixture({ 'pyproject.toml': project('site'), 'a-file': '' });
    expect(await errorCode(readProject(join(fixture.directory, 'nosuch')))).toBe('PROJECT_NOT_FOUND');
    expect(await errorCode(readProject(join(fixture.directory, 'a-file')))).toBe('PROJECT_NOT_FOUND');
  });

  it('reports broken TOML with its place', async () => {
    await using fixture = await projectFixture({ 'pyproject.toml': '[project]\nname = "x"\nversion = = 1\n' });
    await expect(readProject(fixture.directory)).rejects.toMatchObject({
      code: 'PROJECT_BROKEN',
      where: { file: join(fixture.directory, 'pyproject.toml'), line: 3, column: 11 },
    });
  });

  it.each([
    ['no name', '[project]\nversion = "1"\n'],
    ['a name that is no string', '[project]\nname = 3\n'],
    ['a version that is no string', '[project]\nname = "x"\nversion = 3\n'],
    ['bytes that are not UTF-8', Buffer.from('[project]\nname = "\xff"\n', 'latin1')],
  ])('refuses %s', async (_, text) => {
    await using fixture = await projectFixture({ 'pyproject.toml': text });
    expect(await errorCode(readProject(fixture.directory))).toBe('PROJECT_BROKEN');
  });

  it.each([
    ['nothing', '', false],
    ['a build system', '[build-system]\nrequires = []\n', true],
    ['package = false over a build system', '[build-system]\nrequires = []\n[tool.uv]\npackage = false\n', false],
    ['package = true without one', '[tool.uv]\npackage = true\n', true],
  ])('with %s: package %#', async (_, more, isPackage) => {
    await using fixture = await projectFixture({ 'pyproject.toml': project('x', more) });
    expect((await readProject(fixture.directory)).member?.isPackage).toBe(isPackage);
  });

  it('names the backend, and the legacy one where PEP 517 implies it', async () => {
    await using uv = await projectFixture({ 'pyproject.toml': project('x', '[build-system]\nbuild-backend = "uv_build"\n') });
    await using legacy = await projectFixture({ 'pyproject.toml': project('x', '[build-system]\nrequires = []\n') });
    expect((await readProject(uv.directory)).member?.backend).toBe('uv_build');
    expect((await readProject(legacy.directory)).member?.backend).toBe('setuptools.build_meta:__legacy__');
  });

  it('may be a pyproject.toml without [project], alone even inside a workspace, as in uv', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', '[tool.uv.workspace]\nmembers = ["*"]\nexclude = ["My_Dir"]\n'),
      'My_Dir/pyproject.toml': '[dependency-groups]\ndev = []\n',
    });
    const found = await readProject(join(fixture.directory, 'My_Dir'));
    expect(found).toMatchObject({ name: 'my-dir', member: undefined, members: [], root: join(fixture.directory, 'My_Dir') });
  });

  it('notes that uv does not manage it', async () => {
    await using fixture = await projectFixture({ 'pyproject.toml': project('x', '[tool.uv]\nmanaged = false\n') });
    expect((await readProject(fixture.directory)).notes).toHaveLength(1);
  });
});

const workspace = (keys: string): string => `[tool.uv.workspace]\n${keys}\n`;

describe('workspace', () => {
  it('is found from a member, and from its root', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', workspace('members = ["./packages/*"]')),
      'packages/b/pyproject.toml': project('b'),
      'packages/a/pyproject.toml': project('a'),
      'packages/.hidden/x': '',
      'packages/stale/sub/__pycache__/x.pyc': '',
      'packages/file.txt': '',
    });
    const member = await readProject(join(fixture.directory, 'packages/b'));
    expect(member).toMatchObject({ root: fixture.directory, directory: join(fixture.directory, 'packages/b'), name: 'b' });
    expect(member.members.map(({ name, path }) => `${name} ${path}`)).toEqual(['a packages/a', 'b packages/b', 'root .']);
    expect((await readProject(fixture.directory)).members).toHaveLength(3);
  });

  it('may have a root without [project]', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': workspace('members = ["libs/**"]'),
      'libs/deep/a/pyproject.toml': project('a'),
      'libs/pyproject.toml': project('libs'),
      'libs/deep/pyproject.toml': project('deep'),
    });
    const found = await readProject(fixture.directory);
    expect(found.member).toBeUndefined();
    expect(found.members.map(({ name }) => name)).toEqual(['a', 'deep', 'libs']);
    const chosen = await readProject(fixture.directory, { package: 'A' });
    expect(chosen).toMatchObject({ name: 'a', directory: join(fixture.directory, 'libs/deep/a'), root: fixture.directory });
  });

  it('leaves excluded directories alone, seen from both sides; an excluding star crosses folders as in uv', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', workspace('members = ["packages/*", "packages/x/*"]\nexclude = ["packages/x*"]')),
      'packages/a/pyproject.toml': project('a'),
      'packages/a/b/c/pyproject.toml': project('c'),
      'packages/x/y/pyproject.toml': project('y'),
    });
    expect((await readProject(fixture.directory)).members.map(({ name }) => name)).toEqual(['a', 'root']);
    const alone = await readProject(join(fixture.directory, 'packages/x/y'));
    expect(alone).toMatchObject({ root: join(fixture.directory, 'packages/x/y'), name: 'y' });
    expect(alone.members).toHaveLength(1);
    const deep = await readProject(join(fixture.directory, 'packages/a/b/c'));
    expect(deep.members.map(({ name }) => name)).toEqual(['c']);
  });

  it('does not adopt a project that no pattern names', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', workspace('members = ["packages/*"]')),
      'other/pyproject.toml': project('other'),
    });
    expect((await readProject(join(fixture.directory, 'other'))).root).toBe(join(fixture.directory, 'other'));
  });

  it('leaves unmanaged members out and says so', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', workspace('members = ["a"]')),
      'a/pyproject.toml': project('a', '[tool.uv]\nmanaged = false\n'),
    });
    const found = await readProject(fixture.directory);
    expect(found.members).toHaveLength(1);
    expect(found.notes).toEqual(['a is not a workspace member: tool.uv.managed = false']);
  });

  it('takes a member that another one requires for a package', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', `${workspace('members = ["a", "b", "c"]')}[tool.uv.sources]\nB = { workspace = true }\n`),
      'a/pyproject.toml': project('a', '[tool.uv.sources]\nc = [{ workspace = true, marker = "os_name == 0" }]\n'),
      'b/pyproject.toml': project('b'),
      'c/pyproject.toml': project('c', '[tool.uv]\npackage = false\n'),
    });
    const kinds = (await readProject(fixture.directory)).members.map(({ name, isPackage }) => `${name} ${isPackage}`);
    expect(kinds).toEqual(['a false', 'b true', 'c false', 'root false']);
  });

  const broken: readonly (readonly [string, FixtureFiles])[] = [
    ['a member without pyproject.toml', { 'a/main.py': '' }],
    ['a member without [project]', { 'a/pyproject.toml': '[tool.x]\n' }],
    ['two members of one name', { 'a/pyproject.toml': project('n'), 'b/pyproject.toml': project('N') }],
    ['a workspace inside', { 'a/pyproject.toml': project('a', workspace('members = []')) }],
  ];
  it.each(broken)('refuses %s', async (_, files) => {
    await using fixture = await projectFixture({ 'pyproject.toml': project('root', workspace('members = ["*"]')), ...files });
    expect(await errorCode(readProject(fixture.directory))).toBe('WORKSPACE_INVALID');
  });

  it('names the members when one is unknown', async () => {
    await using fixture = await projectFixture({ 'pyproject.toml': project('root') });
    const action = readProject(fixture.directory, { package: 'nope' });
    await expect(action).rejects.toMatchObject({ code: 'PROJECT_MEMBER_UNKNOWN', details: ['members: root'] });
  });
});

describe('.python-version', () => {
  it('is the nearest one up to the root, without comments', async () => {
    await using fixture = await projectFixture({
      'pyproject.toml': project('root', workspace('members = ["a", "b"]')),
      '.python-version': '# pinned\n 3.12 # why\n',
      'a/pyproject.toml': project('a'),
      'b/pyproject.toml': project('b'),
      'b/.python-version': '3.13\n',
    });
    expect((await readProject(join(fixture.directory, 'a'))).pythonVersion?.text).toBe('3.12');
    expect((await readProject(join(fixture.directory, 'b'))).pythonVersion?.text).toBe('3.13');
  });

  it('above the root is not read', async () => {
    await using fixture = await projectFixture({ '.python-version': '3.12\n', 'p/pyproject.toml': project('p') });
    expect((await readProject(join(fixture.directory, 'p'))).pythonVersion).toBeUndefined();
  });
});
