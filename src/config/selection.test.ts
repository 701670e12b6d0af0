import { describe, expect, it } from 'vitest';
import { projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import type { SelectionRequest } from '../selection-request.ts';
import type { ConfigFlags } from './load.ts';
import { loadConfig } from './load.ts';

interface Given {
  /** Further text of pyproject.toml. */
  readonly text?: string;
  readonly uvToml?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly values?: ConfigFlags['values'];
}

async function load({ text = '', uvToml, env = {}, values = {} }: Given) {
  const pyproject = `[project]\nname = "site"\nversion = "1"\n[tool.uv.workspace]\nmembers = ["lib", "api"]\n${text}`;
  await using fixture = await projectFixture({
    'pyproject.toml': pyproject,
    'lib/pyproject.toml': '[project]\nname = "lib"\nversion = "1"\n',
    'api/pyproject.toml': '[project]\nname = "api"\nversion = "1"\n',
    ...(uvToml === undefined ? {} : { 'uv.toml': uvToml }),
  });
  const { images, origins } = await loadConfig({ project: await readProject(fixture.directory), env, flags: { values } });
  const origin = (key: string) => {
    const found = origins.find((item) => item.key === key);
    return found === undefined ? undefined : [found.origin, found.where?.line].join(' ').trim();
  };
  return { selection: images[0]?.selection as SelectionRequest, noProject: images[0]?.noProject, origin };
}

const tool = (keys: string): Given => ({ text: `[tool.wherry]\n${keys}\n` });

describe('what is installed', () => {
  it('is said in the words of uv', async () => {
    const { selection } = await load(
      tool(`package = ["Lib", "api"]
all-extras = true
no-extras = ["A_b"]
only-groups = ["Docs"]
no-groups = ["x"]
dev = false
no-default-groups = true
no-install-project = true
no-install-workspace = true
no-install-local = true
no-install-package = ["Torch"]
no-build = true
no-build-package = ["C"]
no-binary = false
no-binary-package = ["D"]`),
    );
    expect(selection).toEqual({
      packages: ['lib', 'api'],
      allPackages: false,
      extras: [],
      allExtras: true,
      noExtras: ['a-b'],
      groups: [],
      allGroups: false,
      onlyGroups: ['docs'],
      noGroups: ['x'],
      dev: false,
      noDefaultGroups: true,
      noInstallProject: true,
      noInstallWorkspace: true,
      noInstallLocal: true,
      noInstallPackages: ['torch'],
      builds: { noBuild: true, noBuildPackages: ['c'], noBinary: false, noBinaryPackages: ['d'] },
    });
  });

  it('may be one member or a list, and every one must be there', async () => {
    expect((await load(tool('package = "lib"'))).selection.packages).toEqual(['lib']);
    expect((await load({ env: { WHERRY_PACKAGE: 'lib, api' } })).selection.packages).toEqual(['lib', 'api']);
    await expect(load(tool('package = ["lib", "apo"]'))).rejects.toMatchObject({
      code: 'PROJECT_MEMBER_UNKNOWN',
      message: 'the workspace has no member named apo',
      hint: 'did you mean api?',
      where: { line: 7 },
    });
    await expect(load(tool('package = []'))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('the files of the project at hand', () => {
  it.each([
    ['', false],
    ['no-project = true', true],
    ['only-groups = ["docs"]', true],
    ['only-groups = ["docs"]\nno-project = false', false],
    ['package = "lib"', false],
    ['package = ["lib", "api"]', true],
    ['package = ["lib", "site"]', false],
    ['all-packages = true', false],
  ])('are left out with "%s": %s', async (keys, expected) => {
    expect((await load(tool(keys))).noProject).toBe(expected);
  });
});

describe('keys that answer one question', () => {
  it.each<[string, Given['values'], Partial<SelectionRequest>]>([
    ['package = "lib"', { 'all-packages': true }, { packages: [], allPackages: true }],
    ['all-packages = true', { package: 'lib' }, { packages: ['lib'], allPackages: false }],
    ['all-extras = true', { extras: ['x'] }, { extras: ['x'], allExtras: false }],
    ['only-groups = ["a"]', { groups: ['b'] }, { groups: ['b'], onlyGroups: [] }],
    ['groups = ["a"]', { 'all-groups': true }, { groups: [], allGroups: true }],
    // Exclusions stand by themselves.
    ['no-groups = ["a"]', { 'all-groups': true }, { noGroups: ['a'], allGroups: true }],
  ])('are hidden by a stronger source: %s with %j', async (keys, values, expected) => {
    expect((await load({ ...tool(keys), ...(values === undefined ? {} : { values }) })).selection).toMatchObject(expected);
  });

  it('also by an image', async () => {
    const text = '[tool.wherry]\nonly-groups = ["a"]\n[tool.wherry.images.web]\nall-groups = true\n';
    expect((await load({ text })).selection).toMatchObject({ onlyGroups: [], allGroups: true });
  });

  it('exclude each other in one source', async () => {
    await expect(load(tool('groups = ["a"]\nonly-groups = ["b"]'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: '[tool.wherry]: groups and only-groups exclude each other',
      where: { line: 8 },
    });
    await expect(load({ values: { package: ['lib'], 'all-packages': true } })).rejects.toMatchObject({
      code: 'USAGE',
      message: '--package and --all-packages exclude each other',
    });
    await expect(load({ env: { WHERRY_EXTRAS: 'a', WHERRY_ALL_EXTRAS: '1' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'WHERRY_EXTRAS and WHERRY_ALL_EXTRAS exclude each other',
    });
    await expect(load(tool('extras = ["a"]\nall-extras = false'))).resolves.toMatchObject({ selection: { extras: ['a'] } });
  });
});

describe("uv's own variables", () => {
  it('are stronger than files and weaker than ours', async () => {
    const env = {
      UV_NO_DEV: '1',
      UV_NO_GROUP: 'Docs  x',
      UV_NO_DEFAULT_GROUPS: 'TRUE',
      UV_NO_INSTALL_PROJECT: 'on',
      UV_NO_INSTALL_WORKSPACE: 'y',
      UV_NO_INSTALL_LOCAL: 't',
      UV_NO_BUILD: 'false',
      UV_NO_BUILD_PACKAGE: 'a b',
      UV_NO_BINARY: 'yes',
      UV_NO_BINARY_PACKAGE: '',
      WHERRY_NO_INSTALL_LOCAL: 'false',
    };
    const { selection, origin } = await load({ ...tool('dev = true\nno-build = true\nno-groups = ["y"]'), env });
    expect(selection).toMatchObject({
      dev: false,
      noGroups: ['docs', 'x'],
      noDefaultGroups: true,
      noInstallProject: true,
      noInstallWorkspace: true,
      noInstallLocal: false,
      builds: { noBuild: true, noBuildPackages: ['a', 'b'], noBinary: true, noBinaryPackages: [] },
    });
    expect([origin('dev'), origin('no-groups'), origin('no-build'), origin('no-install-local')]).toEqual([
      'UV_NO_DEV',
      'UV_NO_GROUP',
      '[tool.wherry] 8',
      'WHERRY_NO_INSTALL_LOCAL',
    ]);
    expect((await load({ env, values: { dev: true } })).origin('dev')).toBe('--dev');
  });

  it('are refused where uv would refuse them', async () => {
    await expect(load({ env: { UV_NO_DEV: 'maybe' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('UV_NO_DEV'),
    });
    await expect(load({ env: { UV_NO_DEV: '1', UV_DEV: '1' } })).rejects.toMatchObject({
      message: 'UV_DEV and UV_NO_DEV exclude each other',
    });
    await expect(load({ env: { UV_NO_DEV: '1', UV_DEV: '0' } })).resolves.toMatchObject({ selection: { dev: false } });
  });
});

describe("uv's own settings", () => {
  const text = '[tool.uv]\nno-binary-package = ["Numpy"]\nno-build = true\n';

  it('of builds are defaults', async () => {
    const { selection, origin } = await load({ text: `${text}[tool.wherry]\nno-build = false\n` });
    expect(selection.builds).toEqual({ noBuild: false, noBuildPackages: [], noBinary: undefined, noBinaryPackages: ['numpy'] });
    expect([origin('no-binary-package'), origin('no-build')]).toEqual(['[tool.uv] 7', '[tool.wherry] 10']);
  });

  it('are those of uv.toml if there is one', async () => {
    const { selection, origin } = await load({ text, uvToml: 'no-build-package = ["a"]\n' });
    expect(selection.builds).toEqual({ noBuild: undefined, noBuildPackages: ['a'], noBinary: undefined, noBinaryPackages: [] });
    expect(origin('no-build-package')).toBe('uv.toml 1');
  });

  it('are checked', async () => {
    await expect(load({ text: '[tool.uv]\nno-build = "yes"\n' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('[tool.uv] no-build'),
      where: { line: 7 },
    });
  });
});
