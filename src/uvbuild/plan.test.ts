import { parse } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { type ErrorCode, ToolError } from '../errors/index.ts';
import { firstPartyTime } from '../first-party.ts';
import type { Member, SourceFile, SourceTree } from '../project/types.ts';
import { epoch } from '../tar/types.ts';
import { planUvBuild, type UvBuildPlan, uvBuildInputs } from './plan.ts';

const site = 'app/.venv/lib/python3.13/site-packages';
const system = '\n[build-system]\nrequires = ["uv_build>=0.9"]\nbuild-backend = "uv_build"\n';

function member(toml: string): Member {
  const text = toml.includes('[build-system]') ? toml : toml + system;
  const pyproject = { file: '/work/pyproject.toml', text, data: parse(text) };
  return { name: 'demo', path: '.', pyproject, version: '1.0', isPackage: true, backend: 'uv_build' };
}

/** `-> x` makes a link; what starts with `#!` is executable. */
function tree(files: Readonly<Record<string, string>>): SourceTree {
  const list = Object.entries(files).map(([path, text]): SourceFile => {
    if (text.startsWith('-> ')) return { type: 'symlink', path, target: text.slice(3) };
    return { type: 'file', path, sha256: digestOf(text), size: Buffer.byteLength(text), executable: text.startsWith('#!') };
  });
  return { directory: '/work', files: list, leftOut: [] };
}

const head = '[project]\nname = "demo"\nversion = "1.0"\n';
const init = { 'src/demo/__init__.py': '' };

function build(toml: string, files: Readonly<Record<string, string>> = init, directUrlPath?: string): UvBuildPlan {
  const sources = tree(files);
  const project = member(toml);
  const texts = new Map(uvBuildInputs(project, sources).flatMap((path) => (files[path] === undefined ? [] : [[path, files[path]]])));
  const options = { member: project, tree: sources, venv: '/app/.venv', pythonMinor: '3.13', texts };
  return planUvBuild(directUrlPath === undefined ? options : { ...options, directUrlPath });
}

function textOf(plan: UvBuildPlan, path: string): string | undefined {
  const entry = plan.entries.find((candidate) => candidate.path === path);
  return entry?.type === 'file' ? plan.texts[entry.sha256] : undefined;
}

function modulePaths(plan: UvBuildPlan): string[] {
  const files = plan.entries.filter((entry) => entry.type === 'file' && !entry.path.includes('.dist-info/'));
  return files.map((entry) => entry.path.replace(`${site}/`, ''));
}

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof ToolError) return error.code;
    throw error;
  }
  return 'accepted';
}

describe('planUvBuild', () => {
  it('lists every entry, parents first, and the texts that it made', () => {
    const plan = build(`${head}[project.scripts]\nrun = "demo:main"\n`, { ...init, 'src/demo/x.sh': '#!/bin/sh\n' });
    expect(plan.entries.map((entry) => `${entry.mode.toString(8)} ${entry.path}`)).toEqual([
      '755 app',
      '755 app/.venv',
      '755 app/.venv/bin',
      '755 app/.venv/bin/run',
      '755 app/.venv/lib',
      '755 app/.venv/lib/python3.13',
      `755 ${site}`,
      `755 ${site}/demo`,
      `755 ${site}/demo-1.0.dist-info`,
      `644 ${site}/demo-1.0.dist-info/INSTALLER`,
      `644 ${site}/demo-1.0.dist-info/METADATA`,
      `644 ${site}/demo-1.0.dist-info/RECORD`,
      `644 ${site}/demo-1.0.dist-info/REQUESTED`,
      `644 ${site}/demo-1.0.dist-info/WHEEL`,
      `644 ${site}/demo-1.0.dist-info/entry_points.txt`,
      `644 ${site}/demo/__init__.py`,
      `755 ${site}/demo/x.sh`,
    ]);
    expect(textOf(plan, 'app/.venv/bin/run')).toContain('from demo import main');
    expect(textOf(plan, `${site}/demo/x.sh`)).toBeUndefined();
    expect(textOf(plan, `${site}/demo-1.0.dist-info/RECORD`)).toContain('\ndemo/x.sh,sha256=');
  });

  it('lets times of files follow their content', () => {
    const time = (text: string) =>
      build(head, { 'src/demo/__init__.py': text }).entries.find((entry) => entry.path.endsWith('__init__.py'))?.mtime;
    expect(time('a')).toBe(firstPartyTime(digestOf('a')));
    expect(time('a')).not.toBe(time('b'));
    expect(firstPartyTime(digestOf('a'))).toBe(epoch + (0xca978112 % 631_152_000));
  });

  it('gives the name and version in normal form', () => {
    const plan = build('[project]\nname = "My.Demo-Pkg"\nversion = "1.0-RC1"\n', { 'src/my_demo_pkg/__init__.py': '' });
    expect(plan).toMatchObject({ name: 'my-demo-pkg', version: '1.0rc1' });
    expect(textOf(plan, `${site}/my_demo_pkg-1.0rc1.dist-info/METADATA`)).toBe(
      'Metadata-Version: 2.3\nName: My.Demo-Pkg\nVersion: 1.0rc1\n',
    );
  });

  it('writes direct_url.json for a path in the image only', () => {
    const path = `${site}/demo-1.0.dist-info/direct_url.json`;
    expect(textOf(build(head, init, '/app/my src'), path)).toBe('{"url":"file:///app/my%20src","dir_info":{}}');
    expect(textOf(build(head), path)).toBeUndefined();
  });

  it('leaves out what is excluded, and links that lead to excluded files stay', () => {
    const files = { ...init, 'src/demo/a.pyc': '', 'src/demo/__pycache__/x': '', 'src/demo/l.py': '-> __init__.py', 'src/demo/no.bin': '' };
    expect(modulePaths(build(`${head}[tool.uv.build-backend]\nwheel-exclude = ["*.bin"]\n`, files))).toEqual([
      'demo/__init__.py',
      'demo/l.py',
    ]);
    expect(modulePaths(build(`${head}[tool.uv.build-backend]\ndefault-excludes = false\n`, files))).toContain('demo/a.pyc');
    // uv says nothing of a setting that it does not know.
    expect(modulePaths(build(`${head}[tool.uv.build-backend]\ninclude = ["*.pyc"]\n`, files))).not.toContain('demo/a.pyc');
  });

  it('rewrites #!python of data scripts', () => {
    const plan = build(`${head}[tool.uv.build-backend.data]\nscripts = "./bin/"\n`, {
      ...init,
      'bin/tool': '#!python -I\nx\n',
      'bin/other': '#!/bin/sh\n',
    });
    expect(textOf(plan, 'app/.venv/bin/tool')).toBe('#!/app/.venv/bin/python\nx\n');
    expect(plan.entries.find((entry) => entry.path === 'app/.venv/bin/other')).toMatchObject({
      sha256: digestOf('#!/bin/sh\n'),
      mode: 0o755,
    });
  });

  it('names the texts that it needs', () => {
    const toml = `${head}readme = "R.md"\nlicense = { file = "L" }\n[tool.uv.build-backend.data]\nscripts = "bin"\n`;
    expect(uvBuildInputs(member(toml), tree({ ...init, 'bin/a': '#!x', 'bin/b': 'no', 'R.md': '', L: '' }))).toEqual([
      'L',
      'R.md',
      'bin/a',
    ]);
  });
});

describe('projects that are refused', () => {
  const settings = (text: string) => `${head}[tool.uv.build-backend]\n${text}\n`;
  it.each<[ErrorCode, string, string, Record<string, string>?]>([
    ['UVBUILD_MODULE_MISSING', 'no module', head, {}],
    ['UVBUILD_MODULE_MISSING', 'no __init__.py', head, { 'src/demo/a.py': '' }],
    ['UVBUILD_MODULE_MISSING', 'stubs without .pyi', settings('module-name = "demo-stubs"'), { 'src/demo-stubs/__init__.py': '' }],
    ['UVBUILD_MODULE_MISSING', 'an empty namespace', settings('namespace = true'), {}],
    ['UVBUILD_INVALID', 'a package as namespace', settings('module-name = "a.b"'), { 'src/a/__init__.py': '', 'src/a/b/__init__.py': '' }],
    ['UVBUILD_INVALID', 'a root outside', settings('module-root = "../x"')],
    ['UVBUILD_INVALID', 'an absolute root', settings('module-root = "/src"')],
    ['UVBUILD_INVALID', 'a module name', settings('module-name = "a-b"')],
    ['UVBUILD_INVALID', 'an unknown data key', settings('data = { include = "x" }')],
    ['UVBUILD_INVALID', 'a pattern', settings('wheel-exclude = ["{a,b}"]')],
    ['UVBUILD_INVALID', 'a data directory without files', settings('data = { data = "share" }')],
    ['UVBUILD_INVALID', 'a data directory outside', settings('data = { data = "../share" }')],
    ['UVBUILD_INVALID', 'a link to nowhere', head, { ...init, 'src/demo/l': '-> gone' }],
    ['UVBUILD_INVALID', 'a link in a circle', head, { ...init, 'src/demo/l': '-> l' }],
    ['UVBUILD_INVALID', 'no version', '[project]\nname = "demo"\n'],
    ['UVBUILD_INVALID', 'dynamic fields', `${head}dynamic = ["readme"]\n`],
    ['UVBUILD_INVALID', 'two lines of description', `${head}description = "a\\nb"\n`],
    ['UVBUILD_INVALID', 'a readme that is not there', `${head}readme = "R.md"\n`],
    ['UVBUILD_INVALID', 'a readme of an unknown type', `${head}readme = "R.org"\n`, { ...init, 'R.org': '' }],
    ['UVBUILD_INVALID', 'another charset', `${head}readme = { text = "x", content-type = "text/plain", charset = "latin1" }\n`],
    ['UVBUILD_INVALID', 'a content type', `${head}readme = { text = "x", content-type = "text/html" }\n`],
    ['UVBUILD_INVALID', 'a licence pattern without match', `${head}license-files = ["L*"]\n`],
    ['UVBUILD_INVALID', 'old and new licences', `${head}license = { text = "x" }\nlicense-files = []\n`],
    ['UVBUILD_INVALID', 'a script name', `${head}[project.scripts]\n"a b" = "demo:main"\n`],
    ['UVBUILD_INVALID', 'a reserved group', `${head}[project.entry-points.console_scripts]\na = "demo:main"\n`],
    ['UVBUILD_INVALID', 'a group', `${head}[project.entry-points."a-b"]\na = "demo:main"\n`],
    ['UVBUILD_INVALID', 'another backend', `${head}[build-system]\nrequires = ["uv_build"]\nbuild-backend = "hatchling.build"\n`],
    ['UVBUILD_INVALID', 'other requirements', `${head}[build-system]\nrequires = ["hatchling"]\nbuild-backend = "uv_build"\n`],
    [
      'UVBUILD_INVALID',
      'a backend in the tree',
      `${head}[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\nbackend-path = ["."]\n`,
    ],
    ['WHEEL_INVALID', 'an object reference', `${head}[project.scripts]\na = "demo"\n`],
    ['ARCHIVE_UNSAFE', 'an interpreter', `${head}[project.scripts]\npython3 = "demo:main"\n`],
    ['ARCHIVE_UNSAFE', 'a whiteout', head, { ...init, 'src/demo/.wh.x': '' }],
    ['REQUIREMENT_INVALID', 'a dependency', `${head}dependencies = ["a b"]\n`],
  ])('%s: %s', (code, _, toml, files = init) => {
    expect(codeOf(() => build(toml, files))).toBe(code);
  });
});
