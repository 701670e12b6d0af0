import { describe, expect, test } from 'vitest';
import { checkLock } from './check.ts';
import { projectOf } from './fixture.ts';
import { parseLock } from './parse.ts';
import type { Surroundings } from './staleness.ts';

const app = `[project]
name = "App"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
    "AnyIO[trio] >=4,<5",
    "tomli>=2; python_version < '3.12' and platform_system != 'Windows'",
    "lib",
    "repo",
    "archive",
    "wheel",
    "tree",
    "torch",
    "direct @ https://user:secret@x.example/direct-1.tar.gz#subdirectory=py",
]

[project.optional-dependencies]
fast = ["uvloop", "anyio; sys_platform == 'linux'"]
empty = []

[dependency-groups]
base = ["pytest>=8"]
test = [{ include-group = "base" }, "tox"]

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"

[tool.uv]
dev-dependencies = ["ruff"]
constraint-dependencies = ["idna<4"]
override-dependencies = ["sniffio==1.3"]
build-constraint-dependencies = ["setuptools<80"]
exclude-dependencies = ["werkzeug"]
environments = ["sys_platform == 'linux'"]
required-environments = ["sys_platform == 'linux' and platform_machine == 'aarch64'"]
conflicts = [[{ extra = "fast" }, { group = "base" }]]
resolution = "lowest"
prerelease = "allow"
fork-strategy = "fewest"
exclude-newer = "2025-01-02T00:00:00Z"
exclude-newer-package = { torch = "3 weeks" }

[[tool.uv.dependency-metadata]]
name = "chumpy"
version = "0.70"
requires-dist = ["numpy>=1.8.1"]

[[tool.uv.index]]
name = "main"
url = "https://index.example/simple"
default = true

[[tool.uv.index]]
name = "gpu"
url = "https://user:secret@gpu.example/simple"
explicit = true

[tool.uv.sources]
lib = { workspace = true }
repo = { git = "https://git.example/repo", tag = "v1", subdirectory = "py" }
archive = { url = "https://x.example/archive-1.tar.gz" }
wheel = { path = "dist/wheel-1-py3-none-any.whl" }
tree = { path = "vendor/tree", editable = true }
torch = [{ index = "gpu", marker = "sys_platform == 'linux'" }]

[tool.uv.workspace]
members = ["lib"]
`;

const lib = `[project]
name = "lib"
version = "1.0"
requires-python = ">=3.10,<3.14"
dependencies = []
`;

const tree = `[project]
name = "tree"
version = "3.0"
dependencies = ["anyio"]
`;

const lockText = `version = 1
revision = 3
requires-python = ">=3.11, <3.14"
supported-markers = ["sys_platform == 'linux'"]
required-markers = ["platform_machine == 'aarch64' and sys_platform == 'linux'"]
conflicts = [[
    { package = "app", extra = "fast" },
    { package = "app", group = "base" },
], [
    { package = "app", extra = "fast" },
    { package = "app", group = "test" },
]]

[options]
resolution-mode = "lowest"
prerelease-mode = "allow"
fork-strategy = "fewest"
exclude-newer = "2025-01-02T00:00:00Z"
[options.exclude-newer-package]
torch = { timestamp = "0001-01-01T00:00:00Z", span = "P3W" }

[manifest]
members = ["app", "lib"]
constraints = [{ name = "idna", specifier = "<4" }]
overrides = [{ name = "sniffio", specifier = "==1.3" }]
excludes = ["werkzeug"]
build-constraints = [{ name = "setuptools", specifier = "<80" }]

[[manifest.dependency-metadata]]
name = "chumpy"
version = "0.70"
requires-dist = ["numpy>=1.8.1"]

[[package]]
name = "anyio"
version = "4.0"
source = { registry = "https://index.example/simple" }

[[package]]
name = "app"
version = "0.1.0"
source = { editable = "." }

[package.metadata]
requires-dist = [
    { name = "anyio", extras = ["trio"], specifier = ">=4,<5" },
    { name = "anyio", marker = "sys_platform == 'linux' and extra == 'fast'" },
    { name = "archive", url = "https://x.example/archive-1.tar.gz" },
    { name = "direct", url = "https://x.example/direct-1.tar.gz", subdirectory = "py" },
    { name = "lib", virtual = "lib" },
    { name = "repo", git = "https://git.example/repo?subdirectory=py&tag=v1" },
    { name = "tomli", marker = "python_full_version < '3.12' and sys_platform != 'win32'", specifier = ">=2" },
    { name = "torch", marker = "sys_platform != 'linux'" },
    { name = "torch", marker = "sys_platform == 'linux'", index = "https://gpu.example/simple" },
    { name = "tree", editable = "vendor/tree" },
    { name = "uvloop", marker = "extra == 'fast'" },
    { name = "wheel", path = "dist/wheel-1-py3-none-any.whl" },
]
provides-extras = ["empty", "fast"]

[package.metadata.requires-dev]
base = [{ name = "pytest", specifier = ">=8" }]
dev = [{ name = "ruff" }]
test = [
    { name = "pytest", specifier = ">=8" },
    { name = "tox" },
]

[[package]]
name = "lib"
version = "1.0"
source = { virtual = "lib" }

[[package]]
name = "torch"
version = "2.0"
source = { registry = "https://gpu.example/simple" }

[[package]]
name = "tree"
version = "3.0"
source = { editable = "vendor/tree" }

[package.metadata]
requires-dist = [{ name = "anyio" }]
`;

const files = { '.': app, lib: `${lib}\n[tool.uv]\npackage = false\n` };

type Files = Readonly<Record<string, string>>;
type Change = readonly [file: '.' | 'lib' | 'tree' | 'lock', from: string, to: string];

function check(changes: readonly Change[] = [], more: Surroundings = {}) {
  const texts: Record<string, string> = { ...files, tree, lock: lockText };
  for (const [file, from, to] of changes) {
    if (!texts[file]?.includes(from)) throw new Error(`${file} has no ${JSON.stringify(from)}`);
    texts[file] = texts[file].replace(from, to);
  }
  const vendor = projectOf({ '.': texts.tree ?? '' }, '/work/vendor/tree').rootPyproject;
  const trees: Surroundings['trees'] = new Map([
    ['/work/vendor/tree', { kind: 'directory', pyproject: vendor, inWorkspace: false }],
    ['/work/dist/wheel-1-py3-none-any.whl', { kind: 'file' }],
  ]);
  const workspace: Files = { '.': texts['.'] ?? '', lib: texts.lib ?? '' };
  return checkLock(projectOf(workspace), parseLock(texts.lock ?? '', '/work/uv.lock'), { trees, ...more });
}

const summary = (changes: readonly Change[], more?: Surroundings) => check(changes, more).map(({ kind, field }) => `${kind} ${field}`);

test('a tree that requires nothing has no metadata in any revision', () => {
  const revision: Change = ['lock', 'revision = 3', 'revision = 4'];
  expect(summary([revision])).toEqual([]);
  expect(summary([revision, ['lib', 'dependencies = []', 'dependencies = ["anyio"]']])).toEqual(['differs project.dependencies']);
});

test('an unchanged project is fresh', () => {
  expect(check()).toEqual([]);
});

describe('a change that uv would lock again', () => {
  test.each<[field: string, ...Change]>([
    ['project.requires-python', '.', '">=3.11"', '">=3.12"'],
    ['project.requires-python', 'lib', '<3.14', '<3.15'],
    ['project.version', '.', 'version = "0.1.0"', 'version = "0.2.0"'],
    ['project.version', '.', 'version = "0.1.0"', 'dynamic = ["version"]'],
    ['project.version', 'lib', 'version = "1.0"', 'version = "1.1"'],
    ['project.version', 'tree', 'version = "3.0"', 'version = "3.1"'],
    ['project.version', 'lock', 'version = "0.1.0"\n', ''],
    ['project.dependencies', '.', '>=4,<5', '>=4.1,<5'],
    ['project.dependencies', '.', '[trio]', ''],
    ['project.dependencies', '.', '    "torch",\n', ''],
    ['project.dependencies', '.', '    "torch",\n', '    "torch", "httpx",\n'],
    ['project.dependencies', '.', "python_version < '3.12'", "python_version < '3.13'"],
    ['project.dependencies', '.', '#subdirectory=py', '#subdirectory=c'],
    ['project.dependencies', 'tree', '"anyio"', '"anyio>4"'],
    ['project.dependencies', 'lib', 'dependencies = []', 'dependencies = ["anyio"]'],
    ['project.optional-dependencies.fast', '.', '["uvloop"', '["uvloop>=1"'],
    ['project.optional-dependencies.fast', '.', "sys_platform == 'linux'\"]\nempty", "sys_platform == 'darwin'\"]\nempty"],
    ['project.optional-dependencies', '.', 'empty = []\n', ''],
    ['dependency-groups.base', '.', 'pytest>=8', 'pytest>=9'],
    ['dependency-groups.test', '.', '"tox"', '"nox"'],
    ['dependency-groups.test', '.', '{ include-group = "base" }, ', ''],
    ['dependency-groups.dev', '.', '["ruff"]', '["ruff>1"]'],
    ['dependency-groups', '.', 'base = ["pytest', 'more = []\nbase = ["pytest'],
    ['tool.uv.sources.lib', '.', 'lib = { workspace = true }', 'lib = { path = "lib" }'],
    ['tool.uv.sources.repo', '.', 'tag = "v1"', 'branch = "v1"'],
    ['tool.uv.sources.repo', '.', 'tag = "v1", subdirectory', 'tag = "v1", lfs = true, subdirectory'],
    ['tool.uv.sources.archive', '.', 'archive-1.tar.gz" }', 'archive-2.tar.gz" }'],
    ['tool.uv.sources.wheel', '.', 'dist/wheel-1', 'dist/wheel-2'],
    ['tool.uv.sources.tree', '.', 'editable = true', 'editable = false'],
    ['tool.uv.sources.torch', '.', 'marker = "sys_platform == \'linux\'"', 'marker = "sys_platform == \'darwin\'"'],
    ['tool.uv.sources.torch', '.', '@gpu.example/simple', '@gpu.example/other'],
    ['tool.uv.sources.anyio', '.', 'lib = {', 'anyio = { url = "https://x.example/anyio-4.whl" }\nlib = {'],
    ['tool.uv.constraint-dependencies', '.', 'idna<4', 'idna<5'],
    ['tool.uv.override-dependencies', '.', 'sniffio==1.3', 'sniffio==1.4'],
    ['tool.uv.build-constraint-dependencies', '.', 'setuptools<80', 'setuptools<81'],
    ['tool.uv.exclude-dependencies', '.', '"werkzeug"', '"werkzeug", "flask"'],
    ['tool.uv.environments', '.', 'environments = ["sys_platform == \'linux\'"]', 'environments = ["sys_platform == \'darwin\'"]'],
    ['tool.uv.required-environments', '.', "platform_machine == 'aarch64'", "platform_machine == 'arm64'"],
    ['tool.uv.conflicts', '.', '{ group = "base" }', '{ group = "test" }'],
    ['tool.uv.conflicts', '.', 'conflicts = [[{ extra = "fast" }, { group = "base" }]]', 'conflicts = []'],
    ['tool.uv.resolution', '.', 'resolution = "lowest"', 'resolution = "highest"'],
    ['tool.uv.prerelease', '.', 'prerelease = "allow"\n', ''],
    ['tool.uv.fork-strategy', '.', 'fork-strategy = "fewest"\n', ''],
    ['tool.uv.exclude-newer', '.', '2025-01-02', '2025-01-03'],
    ['tool.uv.exclude-newer', '.', '"2025-01-02T00:00:00Z"', '"P3W"'],
    ['tool.uv.exclude-newer-package', '.', '3 weeks', '21 days'],
    ['tool.uv.dependency-metadata', '.', 'numpy>=1.8.1', 'numpy>=1.9'],
    ['tool.uv.index', '.', '"https://index.example/simple"', '"https://other.example/simple"'],
    ['tool.uv.package', 'lib', 'package = false', 'package = true'],
    ['tool.uv.package', '.', '[tool.uv]\n', '[tool.uv]\npackage = false\n'],
  ])('%s (%s: %s → %s)', (field, ...change) => {
    const found = check([change]);
    expect(found.map((one) => one.field)).toContain(field);
    expect(found.every(({ kind, lockValue, projectValue }) => kind === 'differs' && lockValue !== projectValue)).toBe(true);
    expect(found.map(({ lockValue, projectValue }) => lockValue + projectValue).join(' ')).not.toContain('secret');
  });

  test('a member more', () => {
    const project = projectOf({ ...files, more: lib.replace('"lib"', '"more"') });
    const found = checkLock(project, parseLock(lockText, '/work/uv.lock'));
    expect(found).toContainEqual(
      expect.objectContaining({ field: 'tool.uv.workspace.members', lockValue: 'app, lib', projectValue: 'app, lib, more' }),
    );
  });

  test('both values and the line are named', () => {
    expect(check([['.', 'idna<4', 'idna<5']])).toEqual([
      {
        field: 'tool.uv.constraint-dependencies',
        lockValue: 'idna<4',
        projectValue: 'idna<5',
        where: { file: '/work/pyproject.toml', line: 1 + app.split('\n').indexOf('constraint-dependencies = ["idna<4"]') },
        kind: 'differs',
      },
    ]);
  });
});

describe('a change of writing only', () => {
  test.each<[name: string, ...Change]>([
    ['spelling of a name', '.', 'AnyIO[trio]', 'anyio[TRIO]'],
    ['zeros at the end of a version', '.', '>=4,<5', '>=4.0.0,<5.0'],
    ['order of specifiers', '.', '>=4,<5', '<5,>=4'],
    ['order of dependencies', '.', '    "repo",\n    "archive",\n', '    "archive",\n    "repo",\n'],
    [
      'an equivalent marker',
      '.',
      "python_version < '3.12' and platform_system != 'Windows'",
      "sys_platform != 'win32' and python_full_version < '3.12'",
    ],
    ['a marker that requires-python implies', '.', '"torch",', '"torch; python_version >= \'3.10\'",'],
    ['an equal range', '.', 'requires-python = ">=3.11"', 'requires-python = ">=3.11.0"'],
    ['an equal version', '.', 'version = "0.1.0"', 'version = "v0.1.0"'],
    ['an equal instant', '.', '2025-01-02T00:00:00Z', '2025-01-02T01:00:00+01:00'],
    ['an equal span', '.', '3 weeks', 'P3W'],
    ['a path with a detour', '.', 'vendor/tree', './vendor/../vendor/tree'],
    ['credentials of an index', '.', 'user:secret@gpu', 'user:other@gpu'],
    ['a group by include', '.', '[{ include-group = "base" }, "tox"]', '["tox", "pytest>=8"]'],
    ['dev as a group', '.', 'base = ["pytest', 'dev = ["ruff"]\nbase = ["pytest'],
    ['one environment as text', '.', 'environments = ["sys_platform == \'linux\'"]', 'environments = "sys_platform == \'linux\'"'],
  ])('%s', (_name, ...change) => {
    const conflicts: Change[] = change[1].includes('include-group')
      ? [['lock', /, \[\n.*\n.*"test" },\n\]/.exec(lockText)?.[0] ?? '', '']]
      : [];
    expect(summary([change, ...conflicts])).toEqual([]);
  });
});

describe('what cannot be judged is never fresh', () => {
  test.each<[field: string, ...Change]>([
    ['project.dependencies', '.', 'version = "0.1.0"', 'version = "0.1.0"\ndynamic = ["dependencies"]'],
    ['project.optional-dependencies', '.', 'version = "0.1.0"', 'version = "0.1.0"\ndynamic = ["optional-dependencies"]'],
    ['project', '.', '"torch"', '"torch >>> 1"'],
    ['project', '.', 'lib = { workspace = true }', 'lib = { workspace = "../other" }'],
    ['project', '.', 'torch = [{ index = "gpu"', 'torch = [{ index = "cpu"'],
    ['project', '.', '{ include-group = "base" }', '{ include-group = "test" }'],
    ['tool.uv.override-dependencies', '.', '["sniffio==1.3"]', '[{ package = "anyio", dependencies = ["sniffio"] }]'],
    ['tool.uv', '.', '2025-01-02T00:00:00Z', 'some day'],
    [
      'tool.uv.sources.tree',
      'lock',
      '[[package]]\nname = "tree"',
      '[[package]]\nname = "gone"\nsource = { directory = "gone" }\n[[package]]\nname = "tree"',
    ],
  ])('%s (%s: %s → %s)', (field, ...change) => {
    const fields = summary([change]);
    expect(fields.some((text) => text.startsWith('unverified'))).toBe(true);
    expect(field === 'tool.uv.sources.tree' ? fields.join() : fields).toContain(
      field === 'tool.uv.sources.tree' ? 'sources.gone' : `unverified ${field}`,
    );
  });

  test('a tree of another workspace, or without metadata of its own', () => {
    const pyproject = projectOf({ '.': tree }, '/work/vendor/tree').rootPyproject;
    const trees = (inWorkspace: boolean, text?: string) =>
      new Map([['/work/vendor/tree', { kind: 'directory', pyproject: text === undefined ? pyproject : undefined, inWorkspace } as const]]);
    expect(summary([['.', '"wheel"', '"wheel"']], { trees: trees(true) })).toContain('unverified tool.uv.sources.tree');
    expect(summary([['.', '"wheel"', '"wheel"']], { trees: trees(false, '') })).toEqual(['unverified project.dependencies']);
  });

  test('a lock without metadata', () => {
    const revision: Change = ['lock', 'revision = 3', 'revision = 4'];
    const written = 'source = { editable = "vendor/tree" }\n\n[package.metadata]\nrequires-dist = [{ name = "anyio" }]';
    const left = 'source = { editable = "vendor/tree" }\ndependencies = [{ name = "anyio" }]';
    expect(summary([revision, ['lock', written, left]])).toEqual(['unverified project.dependencies']);
  });
});
