/** A project on disk by relative path. `{wheel}` and `{second}` stand for local wheels, `{repository}` for a local git repository. */
export interface OracleProject {
  readonly name: string;
  /** Its lock holds absolute paths, so changes are made where it lies. */
  readonly inPlace?: boolean;
  readonly files: Readonly<Record<string, string>>;
}

/** One change of one file of a locked project. */
export interface Mutation {
  readonly project: string;
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const single = `[project]
name = "single"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
    "anyio[trio]>=4,<5",
    "tomli>=2; python_version < '3.13'",
    "colorama; platform_system == 'Windows'",
    "iniconfig",
    "pluggy",
    "tree",
    "repo",
]

[project.optional-dependencies]
fast = ["sniffio", "idna; sys_platform == 'linux'"]
slow = ["idna"]
none = []
all = ["single[fast]"]

[dependency-groups]
base = ["packaging>=20"]
test = [{ include-group = "base" }, "attrs"]
nothing = []

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"

[tool.uv]
dev-dependencies = ["six"]
constraint-dependencies = ["idna<4"]
override-dependencies = ["outcome>=1"]
build-constraint-dependencies = ["setuptools<90"]
exclude-dependencies = ["cffi"]
environments = ["sys_platform == 'linux'", "sys_platform == 'win32'"]
required-environments = ["sys_platform == 'linux' and platform_machine == 'aarch64'"]
conflicts = [[{ extra = "fast" }, { extra = "slow" }]]
resolution = "highest"
prerelease = "disallow"
fork-strategy = "fewest"
exclude-newer = "2026-09-01T00:00:00Z"

[tool.uv.exclude-newer-package]
six = "2026-08-01T00:00:00Z"

[[tool.uv.dependency-metadata]]
name = "six"
version = "1.17.0"
requires-dist = ["idna; python_version < '3.13'", "attrs"]
provides-extras = ["x"]
requires-python = ">=3.8"

[tool.uv.sources]
iniconfig = { path = "links/{wheel}" }
repo = { git = "{repository}", tag = "v1" }
tree = { path = "vendor/tree", editable = true }
pluggy = [{ path = "links/{second}", marker = "sys_platform == 'linux'" }]
`;

const tree = `[project]
name = "tree"
version = "3.0"
requires-python = ">=3.11"
dependencies = ["idna"]

[project.optional-dependencies]
more = ["attrs"]

[dependency-groups]
dev = ["six"]

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
`;

const workspace = `[project]
name = "site"
version = "1.0"
requires-python = ">=3.11"
dependencies = ["core", "helper", "idna"]

[dependency-groups]
dev = ["six"]

[tool.uv.sources]
core = { workspace = true }
helper = { workspace = true }

[tool.uv.workspace]
members = ["packages/*"]
`;

const core = `[project]
name = "core"
version = "1.0"
requires-python = ">=3.10,<3.15"
dependencies = ["helper", "sniffio>=1"]

[project.optional-dependencies]
more = ["attrs"]

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"

[tool.uv.sources]
helper = { workspace = true, editable = false }
`;

const helper = `[project]
name = "helper"
dynamic = ["version"]
requires-python = ">=3.11"
dependencies = ["idna>=3"]

[project.optional-dependencies]
one = ["sniffio"]
both = ["helper[one]", "attrs"]

[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[tool.setuptools]
py-modules = []

[tool.setuptools.dynamic]
version = { file = "VERSION" }
`;

const bare = `[dependency-groups]
dev = ["six", "idna; python_version >= '3.10'"]
docs = [{ include-group = "dev" }, "attrs"]

[tool.uv.workspace]
members = ["app"]
`;

const bareApp = `[project]
name = "app"
version = "1"
requires-python = ">=3.11"
dependencies = ["sniffio"]
`;

const local = `[project]
name = "local"
version = "1"
requires-python = ">=3.11"
dependencies = ["pluggy", "idna"]

[project.optional-dependencies]
slow = ["iniconfig"]
fast = ["iniconfig"]

[[tool.uv.index]]
name = "links"
url = "links"
format = "flat"
explicit = true

[tool.uv]
conflicts = [[{ extra = "slow" }, { extra = "fast" }]]

[tool.uv.sources]
pluggy = [{ index = "links", marker = "sys_platform == 'linux'" }]
iniconfig = [{ index = "links", extra = "slow" }]
`;

const odd = `[project]
name = "odd"
version = "1.0rc1"
requires-python = ">=3.11,!=3.12.1,<3.15"
dependencies = [
    "idna===3.10",
    "sniffio==1.*",
    "attrs~=25.0",
    "tomli; python_version in '3.11 3.12'",
    "colorama; sys_platform in 'win32 cygwin'",
    "pluggy; os_name != 'nt' or platform_release > '5'",
    "packaging; implementation_version >= '3.12'",
    "six; 'linux' in sys_platform and python_full_version != '3.12.4'",
    "iniconfig (>=2.0.0, <3) ; (python_version>='3.12' and extra == 'x') or platform_system == 'FreeBSD'",
]

[project.optional-dependencies]
X_y = ["zipp!=3.0,>=1.0.0", "typing.extensions"]

[dependency-groups]
Dev_Tools = ["sniffio"]

[tool.uv]
default-groups = ["dev-tools"]
environments = "implementation_name == 'cpython'"
`;

const open = `[project]
name = "open"
version = "1"
dependencies = ["idna", "sniffio"]

[tool.uv]
index-strategy = "first-index"
`;

/** The projects that are locked once by the real uv. */
export const oracleProjects: readonly OracleProject[] = [
  { name: 'single', files: { 'pyproject.toml': single, 'vendor/tree/pyproject.toml': tree } },
  {
    name: 'workspace',
    files: {
      'pyproject.toml': workspace,
      'packages/core/pyproject.toml': core,
      'packages/helper/pyproject.toml': helper,
      'packages/helper/VERSION': '1.0',
    },
  },
  { name: 'local', inPlace: true, files: { 'pyproject.toml': local } },
  { name: 'odd', files: { 'pyproject.toml': odd } },
  { name: 'open', files: { 'pyproject.toml': open, 'uv.toml': 'prerelease = "allow"' } },
  { name: 'bare', files: { 'pyproject.toml': bare, 'app/pyproject.toml': bareApp } },
];

type Row = readonly [name: string, from: string, to: string];

function rows(project: string, file: string, list: readonly Row[]): readonly Mutation[] {
  return list.map(([name, from, to]) => ({ project, file, name: `${project}: ${name}`, from, to }));
}

/** What is changed after locking, at least one per field that the lock depends on. */
export const mutations: readonly Mutation[] = [
  ...rows('single', 'pyproject.toml', [
    ['requires-python raised', '">=3.11"', '">=3.12"'],
    ['requires-python written otherwise', '">=3.11"', '">=3.11.0"'],
    ['requires-python with a hole', '">=3.11"', '">=3.11,!=3.12.1"'],
    ['version', '"0.1.0"', '"0.2.0"'],
    ['version written otherwise', '"0.1.0"', '"v0.1.0"'],
    ['version made dynamic', 'version = "0.1.0"', 'dynamic = ["version"]'],
    ['dependencies made dynamic', 'version = "0.1.0"', 'version = "0.1.0"\ndynamic = ["dependencies"]'],
    ['dependency added', '    "repo",\n', '    "repo",\n    "attrs",\n'],
    ['dependency removed', '    "colorama; platform_system == \'Windows\'",\n', ''],
    ['specifier raised', 'anyio[trio]>=4,<5', 'anyio[trio]>=4.1,<5'],
    ['specifier loosened', 'anyio[trio]>=4,<5', 'anyio[trio]>=4'],
    ['specifiers in another order', 'anyio[trio]>=4,<5', 'AnyIO[TRIO] <5,>=4'],
    ['requested extra removed', 'anyio[trio]>=4,<5', 'anyio>=4,<5'],
    ['marker changed', "tomli>=2; python_version < '3.13'", "tomli>=2; python_version < '3.14'"],
    ['marker made equal', "tomli>=2; python_version < '3.13'", "tomli>=2; python_full_version < '3.13'"],
    ['marker that requires-python implies', '"pluggy",', '"pluggy; python_version >= \'3.10\'",'],
    ['marker by another variable', "platform_system == 'Windows'", "sys_platform == 'win32'"],
    ['extra changed', '["sniffio", "idna;', '["sniffio>=1", "idna;'],
    ['extra added', 'none = []', 'none = []\nmore = []'],
    ['extra removed', 'none = []\n', ''],
    ['extra renamed', 'none = []', 'nil = []'],
    ['own extra resolved', '"single[fast]"', '"sniffio"'],
    ['group changed', 'packaging>=20', 'packaging>=21'],
    ['group inclusion removed', '{ include-group = "base" }, ', ''],
    ['group inclusion written out', '[{ include-group = "base" }, "attrs"]', '["attrs", "packaging>=20"]'],
    ['empty group added', 'nothing = []', 'nothing = []\nmore = []'],
    ['empty group removed', 'nothing = []\n', ''],
    ['group with its own range', '[build-system]', '[tool.uv.dependency-groups]\nbase = { requires-python = ">=3.12" }\n[build-system]'],
    ['dev-dependencies changed', '["six"]', '["six", "attrs"]'],
    ['dev-dependencies as a group', 'dev-dependencies = ["six"]\n', ''],
    ['constraint changed', '"idna<4"', '"idna<5"'],
    ['constraint written otherwise', '"idna<4"', '"IDNA <4"'],
    ['constraint removed', 'constraint-dependencies = ["idna<4"]\n', ''],
    ['override changed', '"outcome>=1"', '"outcome>=1.2"'],
    ['override for one package', '["outcome>=1"]', '["outcome>=1", { package = "anyio", dependencies = ["idna>=2"] }]'],
    ['build constraint changed', 'setuptools<90', 'setuptools<91'],
    ['exclusion changed', '["cffi"]', '["cffi", "sortedcontainers"]'],
    ['environments changed', ', "sys_platform == \'win32\'"]', ']'],
    [
      'environments in another order',
      '["sys_platform == \'linux\'", "sys_platform == \'win32\'"]',
      '["sys_platform == \'win32\'", "sys_platform == \'linux\'"]',
    ],
    ['environment written otherwise', '"sys_platform == \'win32\'"]', "\"platform_system == 'Windows' and python_version >= '3.10'\"]"],
    ['required environments changed', "== 'aarch64'", "== 'x86_64'"],
    ['conflicts removed', 'conflicts = [[{ extra = "fast" }, { extra = "slow" }]]\n', ''],
    ['conflicts in another order', '[{ extra = "fast" }, { extra = "slow" }]', '[{ extra = "slow" }, { extra = "fast" }]'],
    ['conflict added', '{ extra = "slow" }]]', '{ extra = "slow" }], [{ extra = "fast" }, { group = "base" }]]'],
    ['resolution changed', 'resolution = "highest"', 'resolution = "lowest-direct"'],
    ['resolution left to default', 'resolution = "highest"\n', ''],
    ['prerelease changed', 'prerelease = "disallow"', 'prerelease = "allow"'],
    ['fork-strategy changed', 'fork-strategy = "fewest"\n', ''],
    ['exclude-newer changed', '2026-09-01T00:00:00Z', '2026-09-02T00:00:00Z'],
    ['exclude-newer in another zone', '2026-09-01T00:00:00Z', '2026-09-01T02:00:00+02:00'],
    ['exclude-newer removed', 'exclude-newer = "2026-09-01T00:00:00Z"\n', ''],
    ['exclude-newer as a span', '"2026-09-01T00:00:00Z"', '"8 weeks"'],
    ['exclude-newer of a package changed', 'six = "2026-08-01T00:00:00Z"', 'six = "2026-08-02T00:00:00Z"'],
    ['exclude-newer of a package switched off', 'six = "2026-08-01T00:00:00Z"', 'six = false'],
    ['dependency metadata changed', ', "attrs"]\nprovides', ']\nprovides'],
    [
      'dependency metadata in another order',
      '["idna; python_version < \'3.13\'", "attrs"]',
      '["attrs", "idna; python_version < \'3.13\'"]',
    ],
    ['dependency metadata written otherwise', "idna; python_version < '3.13'\", ", "IDNA ; python_full_version<'3.13'\", "],
    ['dependency metadata for another Python', '">=3.8"', '">=3.9"'],
    ['dependency metadata with another extra', 'provides-extras = ["x"]', 'provides-extras = ["y"]'],
    ['dependency metadata removed', '[[tool.uv.dependency-metadata]]', '[[tool.other]]'],
    ['source path with a marker removed', 'pluggy = [{ path = "links/{second}", marker = "sys_platform == \'linux\'" }]\n', ''],
    ['source marker changed', 'marker = "sys_platform == \'linux\'" }]', 'marker = "sys_platform == \'darwin\'" }]'],
    ['source marker removed', ', marker = "sys_platform == \'linux\'" }]', ' }]'],
    ['source path removed', 'iniconfig = { path = "links/{wheel}" }\n', ''],
    ['source path written otherwise', '"links/{wheel}"', '"./links/../links/{wheel}"'],
    ['source git tag changed', 'tag = "v1"', 'tag = "v2"'],
    ['source git branch', 'tag = "v1"', 'branch = "main"'],
    ['source git removed', 'repo = { git = "{repository}", tag = "v1" }\n', ''],
    ['source tree not editable', 'editable = true', 'editable = false'],
    ['source tree by file URL', '"tree",', '"tree", "tree @ file://{directory}/vendor/tree",'],
    ['not a package', '[tool.uv]\n', '[tool.uv]\npackage = false\n'],
    ['build system removed', '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n', ''],
    ['sources switched off', '[tool.uv]\n', '[tool.uv]\nno-sources = true\n'],
    ['renamed', 'name = "single"', 'name = "solo"'],
  ]),
  ...rows('single', 'vendor/tree/pyproject.toml', [
    ['version of the tree', '"3.0"', '"3.1"'],
    ['dependencies of the tree', '"idna"', '"idna>=3"'],
    ['extra of the tree', 'more = ["attrs"]', 'more = ["six"]'],
    ['group of the tree', 'dev = ["six"]', 'dev = ["attrs"]'],
    ['range of the tree', '">=3.11"', '">=3.10"'],
    ['tree not a package', '[build-system]', '[tool.uv]\npackage = false\n[build-system]'],
  ]),
  ...rows('local', 'pyproject.toml', [
    ['nothing', 'name = "local"', 'name = "local"'],
    ['index moved', 'url = "links"', 'url = "./vendor/../links"'],
    ['index renamed', 'name = "links"', 'name = "other"'],
    [
      'index added',
      '[[tool.uv.index]]',
      '[[tool.uv.index]]\nname = "other"\nurl = "https://index.example/simple"\nexplicit = true\n[[tool.uv.index]]',
    ],
    ['index removed', '[[tool.uv.index]]\nname = "links"\nurl = "links"\nformat = "flat"\nexplicit = true\n', ''],
    ['source removed', 'pluggy = [{ index = "links", marker = "sys_platform == \'linux\'" }]\n', ''],
    ['source for the other extra', 'extra = "slow" }]', 'extra = "fast" }]'],
    ['source for every extra', ', extra = "slow" }]', ' }]'],
  ]),
  ...rows('odd', 'pyproject.toml', [
    ['list of versions written out', "python_version in '3.11 3.12'", "python_version == '3.11' or python_version == '3.12'"],
    ['list of versions changed', "python_version in '3.11 3.12'", "python_version in '3.11 3.13'"],
    ['substring written out', "sys_platform in 'win32 cygwin'", "sys_platform == 'win32' or sys_platform == 'cygwin'"],
    ['substring in another order', "sys_platform in 'win32 cygwin'", "sys_platform in 'cygwin win32'"],
    ['substring turned', "'linux' in sys_platform", "sys_platform in 'linux'"],
    ['substring negated', "'linux' in sys_platform", "'linux' not in sys_platform"],
    ['order of text changed', "platform_release > '5'", "platform_release >= '5'"],
    ['literal on the left', "os_name != 'nt'", "'nt' != os_name"],
    ['implementation version by Python version', 'implementation_version >=', 'python_full_version >='],
    ['hole moved', "python_full_version != '3.12.4'", "python_full_version != '3.12.5'"],
    ['hole outside the range', "and python_full_version != '3.12.4'", "and python_full_version != '3.10.4'"],
    ['parentheses left out', '(>=2.0.0, <3)', '>=2.0.0,<3'],
    ['zeros left out', '>=2.0.0, <3', '>=2, <3'],
    ['wildcard written out', 'sniffio==1.*', 'sniffio>=1,<2'],
    ['compatible release written out', 'attrs~=25.0', 'attrs>=25.0,<26'],
    ['compatible release with a zero', 'attrs~=25.0', 'attrs~=25.0.0'],
    ['arbitrary equality', 'idna===3.10', 'idna==3.10'],
    ['extra spelt otherwise', 'X_y =', 'x-Y ='],
    ['group spelt otherwise', 'Dev_Tools =', 'dev.tools ='],
    ['name spelt otherwise', 'typing.extensions', 'Typing_Extensions'],
    ['all default groups', '["dev-tools"]', '"all"'],
    ['default groups spelt otherwise', '["dev-tools"]', '["Dev.Tools", "dev_tools"]'],
    ['default groups', 'default-groups = ["dev-tools"]', 'default-groups = []'],
    ['undeclared extra in a marker', "extra == 'x'", "extra == 'y'"],
    ['operator of a marker', "or platform_system == 'FreeBSD'", "and platform_system == 'FreeBSD'"],
    [
      'environment as a list',
      'environments = "implementation_name == \'cpython\'"',
      'environments = ["implementation_name == \'cpython\'"]',
    ],
    ['pre-release written otherwise', '1.0rc1', '1.0.RC1'],
    ['upper bound of the range', '<3.15', '<3.16'],
    ['hole of the range', '!=3.12.1,', ''],
    ['hole of the range moved', '!=3.12.1,', '!=3.12.2,'],
    ['hole at the lower bound', '!=3.12.1,', '!=3.11.*,'],
    ['empty dev-dependencies', '[tool.uv]\n', '[tool.uv]\ndev-dependencies = []\n'],
    ['preference that is not locked', '[tool.uv]\n', '[tool.uv]\nlink-mode = "copy"\nno-binary-package = ["six"]\n'],
    ['package named twice', '"sniffio==1.*",', '"sniffio==1.*", "sniffio==1.*",'],
    ['package named twice with other bounds', '"sniffio==1.*",', '"sniffio==1.*", "sniffio>=1.1",'],
    ['constraint without a specifier', '[tool.uv]\n', '[tool.uv]\nconstraint-dependencies = ["sniffio"]\n'],
  ]),
  ...rows('open', 'pyproject.toml', [
    ['range added', 'version = "1"', 'version = "1"\nrequires-python = ">=3.12"'],
    ['default range added', 'version = "1"', 'version = "1"\nrequires-python = ">=3.11"'],
    ['settings beside uv.toml', 'index-strategy = "first-index"', 'prerelease = "disallow"\nresolution = "lowest"'],
    ['constraint beside uv.toml', 'index-strategy = "first-index"', 'constraint-dependencies = ["idna<5"]'],
    ['conflicts beside uv.toml', 'index-strategy = "first-index"', 'conflicts = []'],
    ['environments beside uv.toml', 'index-strategy = "first-index"', 'environments = ["sys_platform == \'linux\'"]'],
    ['sources switched off', 'index-strategy = "first-index"', 'no-sources-package = ["idna"]'],
    ['index beside uv.toml', 'index-strategy = "first-index"', '[[tool.uv.index]]\nurl = "https://index.example/simple"\ndefault = true'],
    ['metadata beside uv.toml', 'index-strategy = "first-index"', '[[tool.uv.dependency-metadata]]\nname = "six"\nversion = "9"'],
  ]),
  ...rows('open', 'uv.toml', [
    ['uv.toml changed', 'allow', 'disallow'],
    ['uv.toml emptied', 'prerelease = "allow"', ''],
    ['uv.toml resolution', 'prerelease = "allow"', 'prerelease = "allow"\nresolution = "lowest"'],
    ['uv.toml exclude-newer', 'prerelease = "allow"', 'prerelease = "allow"\nexclude-newer = "2024-01-01"'],
    ['uv.toml constraints', 'prerelease = "allow"', 'prerelease = "allow"\nconstraint-dependencies = ["idna<3"]'],
    ['uv.toml index', 'prerelease = "allow"', 'prerelease = "allow"\n[[index]]\nurl = "https://index.example/simple"\ndefault = true'],
  ]),
  ...rows('workspace', 'pyproject.toml', [
    ['member removed', 'members = ["packages/*"]', 'members = ["packages/*"]\nexclude = ["packages/core"]'],
    ['dependency on a member removed', '"core", ', ''],
    ['group changed', '["six"]', '["six>=1"]'],
    ['source not by workspace', 'core = { workspace = true }', 'core = { path = "packages/core" }'],
    ['member not editable', 'core = { workspace = true }', 'core = { workspace = true, editable = false }'],
  ]),
  ...rows('workspace', 'packages/core/pyproject.toml', [
    ['range of a member', '<3.15', '<3.14'],
    ['range of a member that changes nothing', '>=3.10,<3.15', '>=3.9,<3.15'],
    ['version of a member', '"1.0"', '"1.1"'],
    ['dependency of a member', 'sniffio>=1', 'sniffio>=1.1'],
    ['extra of a member', 'more = ["attrs"]', 'more = ["attrs", "six"]'],
    ['member renamed', 'name = "core"', 'name = "kernel"'],
    ['member not built', '[build-system]', '[tool.uv]\npackage = false\n[build-system]'],
    ['constraint in a member', '[tool.uv.sources]', '[tool.uv]\nconstraint-dependencies = ["idna<5"]\n[tool.uv.sources]'],
    ['conflict in a member', '[tool.uv.sources]', '[tool.uv]\nconflicts = [[{ extra = "more" }, { group = "x" }]]\n[tool.uv.sources]'],
  ]),
  ...rows('workspace', 'packages/helper/pyproject.toml', [
    ['version made static', 'dynamic = ["version"]', 'version = "1.0"'],
    ['dependency of a dynamic member', 'idna>=3', 'idna>=3.1'],
    ['extra of a dynamic member', '["sniffio"]', '["sniffio", "six"]'],
  ]),
  ...rows('workspace', 'packages/helper/VERSION', [['dynamic version', '1.0', '2.0']]),
  ...rows('bare', 'pyproject.toml', [
    ['root group changed', '"six"', '"six>=1"'],
    ['root group marker that is implied', "python_version >= '3.10'", "python_version >= '3.9'"],
    ['root default groups', '[tool.uv.workspace]', '[tool.uv]\ndefault-groups = ["docs"]\n[tool.uv.workspace]'],
    ['root default groups as by default', '[tool.uv.workspace]', '[tool.uv]\ndefault-groups = ["dev"]\n[tool.uv.workspace]'],
    [
      'root group with its own range',
      '[tool.uv.workspace]',
      '[tool.uv.dependency-groups]\ndev = { requires-python = ">=3.12" }\n[tool.uv.workspace]',
    ],
    [
      'root group with a range that is implied',
      '[tool.uv.workspace]',
      '[tool.uv.dependency-groups]\ndev = { requires-python = ">=3.9" }\n[tool.uv.workspace]',
    ],
    ['root minimum libc', '[tool.uv.workspace]', '[tool.uv]\nminimum-libc-version = { glibc = "2.28" }\n[tool.uv.workspace]'],
    ['root group removed', 'docs = [{ include-group = "dev" }, "attrs"]\n', ''],
    ['empty root group added', '[tool.uv.workspace]', 'none = []\n[tool.uv.workspace]'],
    ['root dev-dependencies', '[tool.uv.workspace]', '[tool.uv]\ndev-dependencies = ["attrs"]\n[tool.uv.workspace]'],
    ['root constraint', '[tool.uv.workspace]', '[tool.uv]\nconstraint-dependencies = ["idna<4"]\n[tool.uv.workspace]'],
    ['member list emptied', '["app"]', '[]'],
  ]),
  ...rows('bare', 'app/pyproject.toml', [
    ['made a package', 'name = "app"', 'name = "app" # x'],
    ['dependency changed', '"sniffio"', '"sniffio<2"'],
  ]),
];
