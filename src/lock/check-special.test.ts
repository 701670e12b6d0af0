import { describe, expect, test } from 'vitest';
import { checkLock } from './check.ts';
import { projectOf } from './fixture.ts';
import { parseLock } from './parse.ts';
import type { Surroundings } from './staleness.ts';

describe('dynamic versions', () => {
  const dynamic = `[project]\nname = "app"\ndynamic = ["version"]\nrequires-python = ">=3.11"\n[project.optional-dependencies]\nfast = ["uvloop"]\nall = ["app[fast]"]\n[build-system]\nrequires = []\n`;
  const lock = (all: string) => `version = 1
revision = 3
requires-python = ">=3.11"
[[package]]
name = "app"
source = { editable = "." }
[package.metadata]
requires-dist = [
    { name = "uvloop", marker = "extra == 'fast'" },
    ${all},
]
provides-extras = ["all", "fast"]
`;
  test.each([`{ name = "app", extras = ["fast"], marker = "extra == 'all'" }`, `{ name = "uvloop", marker = "extra == 'all'" }`])(
    'the version is left out, own extras may be resolved: %s',
    (all) => {
      expect(checkLock(projectOf({ '.': dynamic }), parseLock(lock(all), '/work/uv.lock'))).toEqual([]);
    },
  );

  test('a static version needs the written form', () => {
    const fixed = dynamic.replace('dynamic = ["version"]', 'version = "1"');
    const text = lock(`{ name = "uvloop", marker = "extra == 'all'" }`).replace('name = "app"\n', 'name = "app"\nversion = "1"\n');
    const found = checkLock(projectOf({ '.': fixed }), parseLock(text, '/work/uv.lock'));
    expect(found.map(({ field }) => field)).toEqual(['project.optional-dependencies.all']);
  });
});

const lib = `[project]
name = "lib"
version = "1.0"
requires-python = ">=3.10,<3.14"
`;

describe('a root without a project', () => {
  const root = `[dependency-groups]\ndev = ["pytest"]\n[tool.uv.workspace]\nmembers = ["lib"]\n`;
  const lock = `version = 1\nrevision = 3\nrequires-python = ">=3.10, <3.14"\n[manifest]\nmembers = ["lib"]\n[manifest.dependency-groups]\ndev = [{ name = "pytest" }]\n[[package]]\nname = "lib"\nversion = "1.0"\nsource = { virtual = "lib" }\n`;
  const found = (text: string) => checkLock(projectOf({ '.': text, lib }), parseLock(lock, '/work/uv.lock')).map(({ field }) => field);

  test('its groups stand in the manifest', () => {
    expect(found(root)).toEqual([]);
    expect(found(root.replace('pytest', 'tox'))).toEqual(['dependency-groups.dev']);
  });
});

describe('indexes', () => {
  const text = `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\n`;
  const lock = `version = 1\nrevision = 3\nrequires-python = ">=3.11"\n[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n[[package]]\nname = "a"\nversion = "1"\nsource = { registry = "https://a.example/simple" }\n[[package]]\nname = "b"\nversion = "1"\nsource = { registry = "https://b.example/simple" }\n`;
  const found = (settings: string, more: Surroundings = {}) =>
    checkLock(projectOf({ '.': text + settings }), parseLock(lock, '/work/uv.lock'), more).map(({ field }) => field);
  const index = (url: string, more = '') => `[[tool.uv.index]]\nurl = "${url}"\n${more}`;

  test.each([
    ['nothing is configured', '', []],
    ['both are', index('https://a.example/simple') + index('https://b.example/simple'), []],
    ['one is, the other can be the default', index('https://a.example/simple'), []],
    ['one is the default', index('https://a.example/simple', 'default = true\n'), ['tool.uv.index']],
    ['none is', index('https://c.example/simple'), ['tool.uv.index']],
    ['by the older settings', `[tool.uv]\nindex-url = "https://a.example/simple"\nextra-index-url = ["https://b.example/simple"]\n`, []],
  ])('%s', (_name, settings, fields) => {
    expect(found(settings)).toEqual(fields);
  });

  test('the default index of the machine decides where it is known', () => {
    expect(found(index('https://a.example/simple'), { defaultIndex: 'https://b.example/simple' })).toEqual([]);
    expect(found(index('https://a.example/simple'), { defaultIndex: 'https://c.example/simple' })).toEqual(['tool.uv.index']);
  });

  test('uv.toml replaces the settings', () => {
    expect(found('', { settings: { index: [{ url: 'https://c.example/simple' }] } })).toEqual(['tool.uv.index']);
  });
});

describe('settings of groups, in locks of revision 5', () => {
  const settings = `[tool.uv]\ndefault-groups = ["Docs"]\n[tool.uv.dependency-groups]\ndocs = { requires-python = ">=3.12" }\n`;
  const text = `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\n[dependency-groups]\ndocs = []\nall = [{ include-group = "docs" }]\n${settings}`;
  const lock = (revision: number) => `version = 1
revision = ${revision}
requires-python = ">=3.11"
minimum-libc-version = { glibc = "2.28" }
[[package]]
name = "app"
version = "1"
source = { virtual = "." }
default-groups = ["docs"]
[package.group-requires-python]
all = ">=3.12"
docs = ">=3.12"
[package.metadata.requires-dev]
all = []
docs = []
`;
  const project = `${text}[tool.uv.minimum-libc-version]\nglibc = "2.28"\n`;
  const found = (from = '', to = '', revision = 5) =>
    checkLock(projectOf({ '.': project.replace(from, to) }), parseLock(lock(revision), '/work/uv.lock')).map(({ field }) => field);

  test.each<[from: string, to: string, fields: readonly string[]]>([
    ['', '', []],
    ['["Docs"]', '["docs", "docs"]', []],
    ['["Docs"]', '"all"', ['tool.uv.default-groups']],
    ['["Docs"]', '["dev"]', ['tool.uv.default-groups']],
    ['">=3.12"', '">=3.12.0"', []],
    ['">=3.12"', '">=3.13"', ['tool.uv.dependency-groups.all', 'tool.uv.dependency-groups.docs']],
    ['docs = { requires-python = ">=3.12" }', '', ['tool.uv.dependency-groups.all', 'tool.uv.dependency-groups.docs']],
    ['"2.28"', '"2.31"', ['tool.uv.minimum-libc-version']],
  ])('%s → %s', (from, to, fields) => {
    expect(found(from, to)).toEqual(fields);
  });

  test('earlier revisions do not hold them', () => {
    expect(found('["Docs"]', '"all"', 4)).toEqual([]);
  });
});

test.each([
  ['if-necessary', '', 0],
  ['if-necessary-or-explicit', '', 0],
  ['explicit', '', 1],
  ['if-necessary', 'prerelease-mode = "explicit"\n', 1],
  ['if-necessary-or-explicit', 'prerelease-mode = "if-necessary"\n', 0],
])('pre-releases: %s, and the lock has %j', (mode, option, count) => {
  const text = `[project]\nname = "app"\nversion = "1"\nrequires-python = ">=3.11"\n[tool.uv]\nprerelease = "${mode}"\n`;
  const lock = `version = 1\nrequires-python = ">=3.11"\n[options]\n${option}[[package]]\nname = "app"\nversion = "1"\nsource = { virtual = "." }\n`;
  expect(checkLock(projectOf({ '.': text }), parseLock(lock, '/work/uv.lock'))).toHaveLength(count);
});
