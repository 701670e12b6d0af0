/** A project with its lock as text, and what to ask of it. */
export interface LockProject {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  /** Command lines, with variables before the flags, as both tools take them; compared on every platform. */
  readonly requests: readonly string[];
  /** Command lines that need one platform only. */
  readonly anywhere?: readonly string[];
  /** Those of the command lines that both must refuse on every platform. */
  readonly refused: readonly string[];
}

const hash = 'ab'.repeat(32);

/** One registry package; `body` are further lines, `tags` the wheels' tags. */
function registry(nameVersion: string, body = '', tags: readonly string[] = ['py3-none-any']): string {
  const [name, version] = nameVersion.split(' ');
  const wheels = tags.map((tag) => `{ url = "https://index.example/files/${name}-${version}-${tag}.whl", hash = "sha256:${hash}" }`);
  return `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nwheels = [${wheels.join(', ')}]\n${body}`;
}

/** One package that is a directory; `body` are further lines. */
function tree(name: string, source: string, body = ''): string {
  return `[[package]]\nname = "${name}"\nversion = "1"\nsource = { ${source} }\n${body}`;
}

function project(name: string, more = ''): string {
  return `[project]\nname = "${name}"\nversion = "1"\nrequires-python = ">=3.11"\n${more}\n`;
}

const system = '[build-system]\nrequires = ["uv_build>=0.9,<1"]\nbuild-backend = "uv_build"\n';
const head = 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n';

const forks: LockProject = {
  name: 'forks',
  files: {
    'pyproject.toml': `[project]\nname = "site"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["a[x]", "n"]\n[project.optional-dependencies]\nall = ["site[more]"]\nmore = ["m"]\n[dependency-groups]\ndev = ["d"]\ndocs = ["s"]\n[tool.uv]\ndefault-groups = ["dev", "docs"]\n${system}`,
    'uv.lock': [
      head,
      registry(
        'a 1',
        'dependencies = [{ name = "w", marker = "sys_platform == \'win32\'" }]\n[package.optional-dependencies]\nx = [{ name = "b", marker = "platform_machine == \'x86_64\'" }]\n',
      ),
      registry('b 1'),
      registry('d 1'),
      registry('m 1'),
      registry('n 1', '', ['cp311-cp311-manylinux_2_17_x86_64', 'cp39-abi3-musllinux_1_1_x86_64', 'py3-none-manylinux2014_aarch64']),
      registry('n 2'),
      registry('s 1'),
      registry('w 1'),
      '[[package]]\nname = "site"\nversion = "1"\nsource = { editable = "." }\ndependencies = [',
      '{ name = "a", extra = ["x"] }, { name = "n", version = "1", source = { registry = "https://index.example/simple" }, marker = "python_version < \'3.12\'" },',
      '{ name = "n", version = "2", source = { registry = "https://index.example/simple" }, marker = "python_version >= \'3.12\'" }]',
      '[package.optional-dependencies]\nall = [{ name = "m" }]\nmore = [{ name = "m" }]',
      '[package.dev-dependencies]\ndev = [{ name = "d" }]\ndocs = [{ name = "s" }]',
      '[package.metadata]\nrequires-dist = []\nprovides-extras = ["all", "more"]\n[package.metadata.requires-dev]\ndev = []\ndocs = []',
    ].join('\n'),
  },
  requests: [
    '',
    '--extra all',
    '--extra none',
    '--group none',
    '--no-default-groups',
    '--no-group docs',
    '--no-install-project',
    '--no-install-package a',
  ],
  refused: ['--extra none', '--group none'],
};

const workspace: LockProject = {
  name: 'workspace',
  files: {
    'pyproject.toml': '[tool.uv.workspace]\nmembers = ["api", "lib"]\n[dependency-groups]\nlint = ["r"]\n',
    'api/pyproject.toml': `[project]\nname = "api"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["lib[fast]", "h"]\n[dependency-groups]\ntest = ["p"]\n[tool.uv.sources]\nlib = { workspace = true }\n${system}`,
    'lib/pyproject.toml': `[project]\nname = "lib"\nversion = "1"\nrequires-python = ">=3.11"\n[project.optional-dependencies]\nfast = ["f"]\n${system}`,
    'uv.lock': [
      head,
      '[manifest]\nmembers = ["api", "lib"]\n[manifest.dependency-groups]\nlint = [{ name = "r" }]',
      '[[package]]\nname = "api"\nversion = "1"\nsource = { editable = "api" }\ndependencies = [{ name = "h" }, { name = "lib", extra = ["fast"] }]',
      '[package.dev-dependencies]\ntest = [{ name = "p" }]\n[package.metadata]\nrequires-dist = []\n[package.metadata.requires-dev]\ntest = []',
      registry('f 1'),
      registry('h 1'),
      '[[package]]\nname = "lib"\nversion = "1"\nsource = { editable = "lib" }\n[package.optional-dependencies]\nfast = [{ name = "f" }]',
      '[package.metadata]\nrequires-dist = []\nprovides-extras = ["fast"]',
      registry('p 1'),
      registry('r 1'),
    ].join('\n'),
  },
  requests: ['', '--group lint', '--group test', '--extra fast', '--no-install-workspace', '--no-install-local', '--no-install-project'],
  refused: [],
};

const conflicts: LockProject = {
  name: 'conflicts',
  files: {
    'pyproject.toml': `[project]\nname = "site"\nversion = "1"\nrequires-python = ">=3.11"\n[project.optional-dependencies]\ncpu = ["t==1"]\ncuda = ["t==2"]\n[dependency-groups]\nfresh = ["site[cuda]"]\n[tool.uv]\nconflicts = [[{ extra = "cpu" }, { extra = "cuda" }]]\n${system}`,
    'uv.lock': [
      head,
      'conflicts = [[{ package = "site", extra = "cpu" }, { package = "site", extra = "cuda" }]]',
      '[[package]]\nname = "site"\nversion = "1"\nsource = { editable = "." }',
      '[package.optional-dependencies]',
      'cpu = [{ name = "t", version = "1", source = { registry = "https://index.example/simple" } }, { name = "u" }]',
      'cuda = [{ name = "t", version = "2", source = { registry = "https://index.example/simple" } }, { name = "u" }]',
      '[package.dev-dependencies]\nfresh = [{ name = "site", extra = ["cuda"] }]',
      '[package.metadata]\nrequires-dist = []\nprovides-extras = ["cpu", "cuda"]\n[package.metadata.requires-dev]\nfresh = []',
      registry('t 1'),
      registry('t 2'),
      registry(
        'u 1',
        'dependencies = [{ name = "t", version = "1", source = { registry = "https://index.example/simple" }, marker = "extra == \'extra-4-site-cpu\'" }, { name = "t", version = "2", source = { registry = "https://index.example/simple" }, marker = "extra == \'extra-4-site-cuda\' and extra != \'extra-4-site-cpu\'" }]\n',
      ),
    ].join('\n'),
  },
  requests: ['', '--extra cpu', '--extra cuda', '--group fresh', '--extra cpu --extra cuda', '--extra cpu --group fresh'],
  refused: ['--extra cpu --extra cuda', '--extra cpu --group fresh'],
};

const index = 'source = { registry = "https://index.example/simple" }';

/** A root that is a project, and members that take its groups. */
const lenders: LockProject = {
  name: 'lenders',
  files: {
    'pyproject.toml': `${project('site', 'dependencies = ["lib"]')}[dependency-groups]\ndev = ["d"]\ndocs = ["s"]\nloop = ["site"]\n[tool.uv.workspace]\nmembers = ["api", "lib", "plain", "dyn"]\n[tool.uv.sources]\nlib = { workspace = true }\n${system}`,
    'api/pyproject.toml': `${project('api', 'dependencies = ["h"]\n[project.optional-dependencies]\nfast = ["f"]')}[tool.uv]\ndev-dependencies = ["p"]\n${system}`,
    'lib/pyproject.toml': `${project('lib')}[project.optional-dependencies]\nfast = ["g"]\n${system}`,
    'plain/pyproject.toml': `${project('plain', 'dependencies = ["m"]')}[tool.uv]\npackage = false\n${system}`,
    'dyn/pyproject.toml': `[project]\nname = "dyn"\ndynamic = ["version"]\nrequires-python = ">=3.11"\ndependencies = ["plain"]\n[tool.uv.sources]\nplain = { workspace = true }\n${system}`,
    'uv.lock': [
      head,
      '[manifest]\nmembers = ["api", "dyn", "lib", "plain", "site"]',
      tree(
        'api',
        'editable = "api"',
        'dependencies = [{ name = "h" }]\n[package.optional-dependencies]\nfast = [{ name = "f" }]\n[package.dev-dependencies]\ndev = [{ name = "p" }]\n[package.metadata]\nrequires-dist = []\nprovides-extras = ["fast"]\n[package.metadata.requires-dev]\ndev = []',
      ),
      registry('d 1'),
      '[[package]]\nname = "dyn"\nsource = { editable = "dyn" }\ndependencies = [{ name = "plain" }]',
      ...['f 1', 'g 1', 'h 1'].map((name) => registry(name)),
      tree(
        'lib',
        'editable = "lib"',
        '[package.optional-dependencies]\nfast = [{ name = "g" }]\n[package.metadata]\nrequires-dist = []\nprovides-extras = ["fast"]',
      ),
      registry('m 1'),
      registry('p 1'),
      tree('plain', 'virtual = "plain"', 'dependencies = [{ name = "m" }]'),
      registry('s 1'),
      tree(
        'site',
        'editable = "."',
        'dependencies = [{ name = "lib" }]\n[package.dev-dependencies]\ndev = [{ name = "d" }]\ndocs = [{ name = "s" }]\nloop = [{ name = "site" }]\n[package.metadata]\nrequires-dist = []\n[package.metadata.requires-dev]\ndev = []\ndocs = []\nloop = []',
      ),
    ].join('\n'),
  },
  requests: [],
  anywhere: [
    '--dev',
    'UV_NO_DEV=1 --group dev',
    '--all-groups',
    '--only-dev',
    '--only-group loop',
    '--only-group docs --no-install-project',
    'UV_NO_GROUP=docs --all-groups',
    '--no-group nosuch',
    '--all-packages',
    '--all-packages --all-extras --no-extra fast',
    '--all-packages --no-install-workspace',
    '--package api --package lib --all-extras',
    '--package api --all-extras --dev',
    '--package api --group docs',
    '--package api --all-groups',
    '--package lib --dev',
    '--package lib --only-group docs',
    '--package dyn',
    '--package plain --no-install-package M',
    '--package nosuch',
    'UV_NO_INSTALL_LOCAL=1 --all-packages',
  ],
  refused: ['--no-group nosuch', '--package nosuch'],
};

/** No project and no workspace, but groups; their requirements name no version, so forks decide. */
const bare: LockProject = {
  name: 'bare',
  files: {
    'pyproject.toml': '[dependency-groups]\ndev = ["d"]\nlint = ["r[fast]"]\n[tool.uv]\ndefault-groups = ["lint"]\n',
    'uv.lock': [
      head,
      'resolution-markers = ["python_full_version >= \'3.12\'", "python_full_version < \'3.12\'"]',
      '[manifest.dependency-groups]\ndev = [{ name = "d" }]\nlint = [{ name = "r", extras = ["fast"] }]',
      ...['d 1', 'f 1'].map((name) => registry(name)),
      registry(
        'r 1',
        'resolution-markers = ["python_full_version < \'3.12\'"]\n[package.optional-dependencies]\nfast = [{ name = "f" }]\n',
      ),
      registry('r 2', 'resolution-markers = ["python_full_version >= \'3.12\'"]\n'),
    ].join('\n'),
  },
  requests: [],
  anywhere: ['', '--no-default-groups', '--only-group lint', '--all-groups', '--group dev'],
  refused: [],
};

/** Conflicts between an extra, a group and the project itself, reached over other packages too. */
const encoded: LockProject = {
  name: 'encoded',
  files: {
    'pyproject.toml': `${project('site', 'dependencies = ["mid"]\n[project.optional-dependencies]\ncpu = ["t"]\nother = ["mid[new]"]')}[dependency-groups]\ncuda = ["t"]\nalone = ["u"]\n[tool.uv]\nconflicts = [[{ extra = "cpu" }, { group = "cuda" }], [{ package = "site" }, { group = "alone" }]]\n${system}`,
    'uv.lock': [
      head,
      'conflicts = [[{ package = "site", extra = "cpu" }, { package = "site", group = "cuda" }], [{ package = "site" }, { package = "site", group = "alone" }], [{ package = "mid", extra = "new" }, { package = "mid", extra = "old" }]]',
      registry(
        'mid 1',
        `dependencies = [{ name = "t", version = "1", ${index}, marker = "extra == 'extra-4-site-cpu'" }, { name = "t", version = "2", ${index}, marker = "extra == 'group-4-site-cuda' and extra != 'extra-4-site-cpu'" }, { name = "u", version = "1", ${index}, marker = "extra == 'project-4-site'" }, { name = "v", marker = "extra != 'extra-3-mid-new'" }]\n[package.optional-dependencies]\nnew = [{ name = "w", marker = "extra != 'group-4-site-cuda'" }]\nold = [{ name = "v" }]\n`,
      ),
      tree(
        'site',
        'editable = "."',
        `dependencies = [{ name = "mid" }]\n[package.optional-dependencies]\ncpu = [{ name = "t", version = "1", ${index} }]\nother = [{ name = "mid", extra = ["new"] }]\n[package.dev-dependencies]\nalone = [{ name = "u", version = "2", ${index} }, { name = "mid" }]\ncuda = [{ name = "t", version = "2", ${index} }]\n[package.metadata]\nrequires-dist = []\nprovides-extras = ["cpu", "other"]\n[package.metadata.requires-dev]\nalone = []\ncuda = []`,
      ),
      ...['t 1', 't 2', 'u 1', 'u 2', 'v 1', 'w 1'].map((name) => registry(name)),
    ].join('\n'),
  },
  requests: [],
  anywhere: [
    '',
    '--extra cpu',
    '--group cuda',
    '--extra other',
    '--extra other --group cuda',
    '--extra cpu --group cuda',
    '--all-extras',
    '--all-groups',
    '--group alone',
    '--only-group alone',
    '--all-extras --all-groups --no-group alone',
    '--all-extras --no-extra cpu --all-groups --no-group alone',
  ],
  refused: ['--extra cpu --group cuda', '--all-groups', '--group alone', '--all-extras --all-groups --no-group alone'],
};

/** A target that the lock was not made for, and one for which it need not hold wheels. */
const environments: LockProject = {
  name: 'environments',
  files: {
    'pyproject.toml': `${project('site', 'dependencies = ["n"]')}[tool.uv]\nenvironments = ["platform_machine == 'x86_64'"]\n${system}`,
    'uv.lock': [
      head,
      "supported-markers = [\"platform_machine == 'x86_64'\"]\nrequired-markers = [\"sys_platform == 'darwin' and platform_machine == 'x86_64'\"]",
      registry('n 1', '', ['cp311-cp311-manylinux_2_17_x86_64', 'cp311-cp311-macosx_11_0_x86_64']),
      tree('site', 'editable = "."', 'dependencies = [{ name = "n" }]'),
    ].join('\n'),
  },
  requests: [''],
  refused: [],
};

/** What may be built, and what must be: `s` has a source distribution beside its wheel, `n` has not. */
const builds: LockProject = {
  name: 'builds',
  files: {
    'pyproject.toml': `${project('site', 'dependencies = ["n", "lib"]\n[project.optional-dependencies]\ns = ["s"]')}[tool.uv.sources]\nlib = { path = "lib" }\n${system}`,
    'lib/pyproject.toml': `${project('lib')}${system}`,
    'uv.lock': [
      head,
      registry('n 1'),
      tree('lib', 'directory = "lib"'),
      `${registry('s 1')}sdist = { url = "https://index.example/files/s-1.tar.gz", hash = "sha256:${hash}" }\n`,
      tree(
        'site',
        'editable = "."',
        'dependencies = [{ name = "lib" }, { name = "n" }]\n[package.optional-dependencies]\ns = [{ name = "s" }]\n[package.metadata]\nrequires-dist = []\nprovides-extras = ["s"]',
      ),
    ].join('\n'),
  },
  requests: [],
  anywhere: [
    '--extra s',
    '--no-build',
    '--no-build --no-install-local',
    '--no-build --no-binary-package lib --no-binary-package site',
    'UV_NO_BUILD=1 --no-install-project',
    'UV_NO_BUILD_PACKAGE=lib --extra s',
    '--no-build-package n --extra s',
    '--no-binary',
    '--no-binary --no-install-package n',
    '--no-binary --no-build-package n',
    'UV_NO_BINARY_PACKAGE=n',
    '--no-binary-package s --no-build-package s --extra s',
  ],
  refused: [
    '--no-build',
    'UV_NO_BUILD=1 --no-install-project',
    'UV_NO_BUILD_PACKAGE=lib --extra s',
    '--no-binary',
    'UV_NO_BINARY_PACKAGE=n',
    '--no-binary-package s --no-build-package s --extra s',
  ],
};

/** Groups with a Python of their own. */
const ranges: LockProject = {
  name: 'ranges',
  files: {
    'pyproject.toml': `${project('site')}[dependency-groups]\nnew = ["d"]\nall = [{ include-group = "new" }]\nold = ["d"]\n[tool.uv.dependency-groups]\nnew = { requires-python = ">=3.12" }\nold = { requires-python = "<3.12" }\n${system}`,
    'uv.lock': [
      head,
      registry('d 1'),
      tree(
        'site',
        'editable = "."',
        '[package.dev-dependencies]\nall = [{ name = "d", marker = "python_full_version >= \'3.12\'" }]\nnew = [{ name = "d", marker = "python_full_version >= \'3.12\'" }]\nold = [{ name = "d", marker = "python_full_version < \'3.12\'" }]\n[package.metadata]\nrequires-dist = []\n[package.metadata.requires-dev]\nall = []\nnew = []\nold = []',
      ),
    ].join('\n'),
  },
  requests: [],
  anywhere: ['', '--group new', '--group all', '--group old', '--all-groups --no-group all --no-group new'],
  refused: ['--group new', '--group all'],
};

/** Groups that include each other are refused whether or not they are wanted. */
const cycle: LockProject = {
  name: 'cycle',
  files: {
    'pyproject.toml': `${project('site')}[dependency-groups]\na = [{ include-group = "b" }]\nb = [{ include-group = "a" }]\n${system}`,
    'uv.lock': [head, tree('site', 'editable = "."')].join('\n'),
  },
  requests: [],
  anywhere: [''],
  refused: [''],
};

/** Small locks written by hand, one per rule family. */
export const lockProjects: readonly LockProject[] = [
  forks,
  workspace,
  conflicts,
  lenders,
  bare,
  encoded,
  environments,
  builds,
  ranges,
  cycle,
];
