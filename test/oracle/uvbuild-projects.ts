/** A project for the comparison with the real `uv build`. Files starting with `#!` are executable; `-> X` is a link to X. */
export interface Fixture {
  readonly name: string;
  /** Without [build-system]. */
  readonly pyproject: string;
  readonly files: Readonly<Record<string, string>>;
}

const init = { 'src/pkg/__init__.py': 'x = 1\n' };
const head = (extra = '') => `[project]\nname = "pkg"\nversion = "1.0"\n${extra}\n`;
const backend = (settings: string) => `${head()}[tool.uv.build-backend]\n${settings}\n`;

export const projects: readonly Fixture[] = [
  { name: 'smallest', pyproject: head(), files: init },
  {
    name: 'src-layout',
    pyproject: '[project]\nname = "My.Odd-_Name"\nversion = "2024.01.0-rc.1"\n',
    files: {
      'src/my_odd_name/__init__.py': '',
      'src/my_odd_name/py.typed': '',
      'src/my_odd_name/sub/deep/run.sh': '#!/bin/sh\n',
      'src/my_odd_name/ü.txt': 'ä',
      'src/my_odd_name/__pycache__/x.cpython-313.pyc': 'no',
      'src/my_odd_name/old.pyc': 'no',
      'src/other/__init__.py': '',
      'tests/test_x.py': '',
      '.gitignore': 'ignored.py\n',
      'src/my_odd_name/ignored.py': 'still in the wheel\n',
    },
  },
  {
    name: 'metadata',
    pyproject: `[project]
name = "pkg"
version = "1.0"
description = "One line"
readme = "README.md"
requires-python = ">=3.11,<4,!=3.12.0"
license = "MIT OR Apache-2.0"
license-files = ["LICENSE*", "legal/**"]
authors = [{ name = "A B", email = "a@b.example" }, { name = "Only Name" }, { email = "only@mail.example" }]
maintainers = [{ name = "M" }, { email = "m@m.example" }]
keywords = ["b", "a c"]
classifiers = ["Framework :: Django", "Programming Language :: Python :: 3"]
dependencies = ["Django>=5,<6", "uvicorn[Standard, b] >= 0.20 ; python_version < '3.13' and sys_platform == 'linux'", "w (>=1.0)", "v1<2,>=1.0.0,!=1.5"]
import-names = ["pkg", "pkg._x ; private"]
[project.optional-dependencies]
Web_X = ["gunicorn>20", "h2 ; sys_platform == 'linux' or sys_platform == 'darwin'"]
all = ["pkg[web-x]"]
empty = []
[project.urls]
Zed = "https://z.example"
"Bug Tracker" = "https://bugs.example/x"
`,
    files: {
      ...init,
      'README.md': '# Hi\r\n\r\n  indented\n\n\n',
      LICENSE: 'MIT\n',
      'LICENSE.apache': 'A\n',
      'legal/a/b.txt': 'x\n',
      'legal/c.txt': 'y\n',
    },
  },
  {
    name: 'old-license-text',
    pyproject: head('license = { text = "two\\nlines" }\nreadme = { text = "hi", content-type = "text/plain" }'),
    files: init,
  },
  {
    name: 'old-license-file',
    pyproject: head('license = { file = "L" }\nreadme = { file = "r", content-type = "text/x-rst", charset = "UTF-8" }'),
    files: { ...init, L: 'foo\nbar\n\n', r: 'no newline at the end' },
  },
  {
    name: 'scripts',
    pyproject: `${head('dependencies = []')}[project.scripts]\nzed = "pkg:main"\nAlpha = "pkg.sub:main.inner [web]"\n[project.gui-scripts]\ngui = "pkg:gui"\n[project.entry-points."my.group"]\nb = "pkg:b"\na = "pkg"\n[project.entry-points.first]\n"odd name" = "pkg"\n`,
    files: init,
  },
  { name: 'flat', pyproject: backend('module-root = ""'), files: { 'pkg/__init__.py': '', 'pkg/a.py': 'a', 'other.py': '' } },
  { name: 'deep-root', pyproject: backend('module-root = "./python/src/"'), files: { 'python/src/pkg/__init__.py': '' } },
  {
    name: 'dotted-namespace',
    pyproject: backend('module-name = "acme.tools.pkg"'),
    files: { 'src/acme/tools/pkg/__init__.py': '', 'src/acme/tools/pkg/x/y.py': '', 'src/acme/tools/not_this.py': '' },
  },
  {
    name: 'many-modules',
    pyproject: backend('module-name = ["acme.a", "PIL_util", "acme.a.inner"]'),
    files: { 'src/acme/a/__init__.py': '', 'src/acme/a/inner/__init__.py': '', 'src/PIL_util/__init__.py': '' },
  },
  {
    name: 'namespace',
    pyproject: backend('module-name = "cloud"\nnamespace = true'),
    files: { 'src/cloud/a/__init__.py': '', 'src/cloud/b/__init__.py': '', 'src/billing/__init__.py': '' },
  },
  {
    name: 'stubs',
    pyproject: '[project]\nname = "pkg-stubs"\nversion = "1"\n',
    files: { 'src/pkg-stubs/__init__.pyi': '', 'src/pkg-stubs/a.pyi': '' },
  },
  {
    name: 'stubs-by-name',
    pyproject: backend('module-name = "acme-stubs.inner"'),
    files: { 'src/acme-stubs/inner/__init__.pyi': '', 'src/acme-stubs/inner/a.pyi': '' },
  },
  {
    name: 'excludes',
    pyproject: backend(
      'wheel-exclude = ["*.bin", "/src/pkg/top.txt", "c/*", "a/", "x?z", "[0-9]*.dat", "deep/**/end"]\nsource-exclude = ["b/inner", "esc\\\\ ape"]',
    ),
    files: {
      ...init,
      'src/pkg/a/keep.bin': '',
      'src/pkg/a/keep.txt': '',
      'src/pkg/a/X.BIN': '',
      'src/pkg/top.txt': '',
      'src/pkg/a/top.txt': '',
      'src/pkg/c/gone': '',
      'src/pkg/b/inner/gone': '',
      'src/pkg/b/stays': '',
      'src/pkg/xyz': '',
      'src/pkg/1.dat': '',
      'src/pkg/x1.dat': '',
      'src/pkg/deep/end': '',
      'src/pkg/deep/1/2/end/gone': '',
      'src/pkg/esc ape': '',
    },
  },
  {
    name: 'data',
    pyproject: backend(
      '[tool.uv.build-backend.data]\nscripts = "bin"\nheaders = "include/h"\ndata = "share/"\npurelib = "pure"\nplatlib = "./plat"',
    ),
    files: {
      ...init,
      'bin/tool': '#!python\nprint(1)\n',
      'bin/windowed': '#!pythonw -I\nprint(1)\n',
      'bin/env': '#!/usr/bin/env python\nprint(1)\n',
      'bin/plain': 'no shebang\n',
      'include/h/x.h': 'h',
      'include/not.h': 'h',
      'share/etc/pkg/a.conf': 'c',
      'share/etc/__pycache__/a.pyc': 'no',
      'share/.hidden': 'h',
      'pure/pure_mod.py': '',
      'plat/plat_mod.py': '',
    },
  },
  {
    name: 'links',
    pyproject: head(),
    files: { ...init, 'src/pkg/alias.py': '-> __init__.py', 'shared/d.txt': 'd', 'src/pkg/d.txt': '-> ../../shared/d.txt' },
  },
  {
    name: 'markers',
    pyproject: head(`dependencies = [
  "a; python_version=='3.11'", "a2>=1,>1", "b2<=1,<1,>=1,>1,~=1.0,!=1.*,!=1,==1.*,==1,===1", "b; python_version>'3.11'", "c; python_version<='3.11'", "d; python_version!='3.11'", "e; python_version~='3.11'",
  "h; (sys_platform=='linux' and python_version<'3.12') or os_name=='nt'", "i; os_name=='nt' and os_name=='nt'", "j; extra=='B_c' and sys_platform!='x'",
  "k; '3.9' <= python_version", "m; platform_system == 'Windows'", "n; python_version >= '3.8' or sys_platform=='win32'", "o>=1.0,<2.0,!=1.*",
  "q; python_version == '3.11.*'", "s@git+https://x.example/y.git@main ; os_name=='nt'", "t; implementation_version>='3'",
  "v ; python_version < '3.9' and python_version >= '3.7' and sys_platform == 'linux' or sys_platform=='darwin'",
  "w ; sys_platform != 'win32' and sys_platform != 'darwin'", "x; 'a' in os_name or os_name in 'a b' or 'c' not in platform_version",
  "y; python_version < '3.0'", "z; python_full_version<'3.12.1' or python_full_version>'3.13'", "p===1.0", "r~=2.2,!=2.3", "u @ https://u.example/u-1.0.tar.gz"]`),
    files: init,
  },
];
