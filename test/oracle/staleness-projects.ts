/** A project on disk by relative path. `{wheel}` and `{second}` stand for local wheels, `{repository}` for a local git repository. */
export interface OracleProject {
  readonly name: string;
  /** Its lock holds absolute paths, so changes are made where it lies. */
  readonly inPlace?: boolean;
  readonly files: Readonly<Record<string, string>>;
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
