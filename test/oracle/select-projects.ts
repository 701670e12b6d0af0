import type { SelectionRequest } from '../../src/select/index.ts';

/** A project with its lock as text, and what to ask of it. */
export interface LockProject {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly requests: readonly { readonly flags: readonly string[]; readonly request: Partial<SelectionRequest> }[];
  /** Flags, joined, that both must refuse on every platform. */
  readonly refused: readonly string[];
}

const hash = 'ab'.repeat(32);

/** One registry package; `body` are further lines, `tags` the wheels' tags. */
function registry(nameVersion: string, body = '', tags: readonly string[] = ['py3-none-any']): string {
  const [name, version] = nameVersion.split(' ');
  const wheels = tags.map((tag) => `{ url = "https://index.example/files/${name}-${version}-${tag}.whl", hash = "sha256:${hash}" }`);
  return `[[package]]\nname = "${name}"\nversion = "${version}"\nsource = { registry = "https://index.example/simple" }\nwheels = [${wheels.join(', ')}]\n${body}`;
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
    { flags: [], request: {} },
    { flags: ['--extra', 'all'], request: { extras: ['all'] } },
    { flags: ['--extra', 'none'], request: { extras: ['none'] } },
    { flags: ['--group', 'none'], request: { groups: ['none'] } },
    { flags: ['--no-default-groups'], request: { noDefaultGroups: true } },
    { flags: ['--no-group', 'docs'], request: { noGroups: ['docs'] } },
    { flags: ['--no-install-project'], request: { noInstallProject: true } },
    { flags: ['--no-install-package', 'a'], request: { noInstallPackages: ['a'] } },
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
  requests: [
    { flags: [], request: {} },
    { flags: ['--group', 'lint'], request: { groups: ['lint'] } },
    { flags: ['--group', 'test'], request: { groups: ['test'] } },
    { flags: ['--extra', 'fast'], request: { extras: ['fast'] } },
    { flags: ['--no-install-workspace'], request: { noInstallWorkspace: true } },
    { flags: ['--no-install-local'], request: { noInstallLocal: true } },
    { flags: ['--no-install-project'], request: { noInstallProject: true } },
  ],
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
  requests: [
    { flags: [], request: {} },
    { flags: ['--extra', 'cpu'], request: { extras: ['cpu'] } },
    { flags: ['--extra', 'cuda'], request: { extras: ['cuda'] } },
    { flags: ['--group', 'fresh'], request: { groups: ['fresh'] } },
    { flags: ['--extra', 'cpu', '--extra', 'cuda'], request: { extras: ['cpu', 'cuda'] } },
    { flags: ['--extra', 'cpu', '--group', 'fresh'], request: { extras: ['cpu'], groups: ['fresh'] } },
  ],
  refused: ['--extra cpu --extra cuda', '--extra cpu --group fresh'],
};

/** Small locks written by hand, one per rule family. */
export const lockProjects: readonly LockProject[] = [forks, workspace, conflicts];
