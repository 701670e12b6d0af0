import { describe, expect, test } from 'vitest';
import { ToolError } from '../errors/index.ts';
import { parseLock } from './parse.ts';

const sha = 'a'.repeat(64);
const commit = '0123456789abcdef0123456789abcdef01234567';
const registry = 'source = { registry = "https://index.example/simple" }';
const wheel = (name: string) => `{ url = "https://files.example/${name}", hash = "sha256:${sha}", size = 7 }`;

function lockText(...packages: readonly string[]): string {
  return ['version = 1', 'revision = 3', 'requires-python = ">=3.11"', ...packages.map((text) => `[[package]]\n${text}`)].join('\n');
}

function failure(text: string): ToolError {
  try {
    parseLock(text, '/p/uv.lock');
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('the lock was accepted');
}

const anyio = `name = "anyio"\nversion = "4.0"\n${registry}\nwheels = [\n    ${wheel('anyio-4.0-py3-none-any.whl')},\n]`;

describe('what a lock says', () => {
  test('top-level settings and the manifest', () => {
    const lock = parseLock(
      `version = 1
revision = 2
requires-python = ">=3.11"
resolution-markers = ["sys_platform == 'linux'", "sys_platform != 'linux'"]
supported-markers = ["sys_platform == 'linux'"]
required-markers = ["platform_machine == 'aarch64'"]
conflicts = [[{ package = "app", extra = "cpu" }, { package = "app", group = "gpu" }, { package = "lib" }]]
[options]
prerelease-mode = "allow"
[manifest]
members = ["app", "lib"]
constraints = [{ name = "idna", specifier = "<4", marker = "sys_platform == 'win32'" }]
overrides = [{ name = "idna", git = "https://git.example/idna" }, { package = { name = "anyio" }, dependencies = [{ name = "idna" }] }]
excludes = ["werkzeug"]
build-constraints = [{ name = "setuptools", specifier = "<80" }]
[manifest.dependency-groups]
dev = [{ name = "pytest", extras = ["all"] }]
[[manifest.dependency-metadata]]
name = "flask"
requires-dist = ["werkzeug"]
`,
      '/p/uv.lock',
    );
    expect(lock).toMatchObject({ file: '/p/uv.lock', revision: 2, requiresPython: '>=3.11', packages: [] });
    expect(lock.resolutionMarkers).toHaveLength(2);
    expect(lock.supportedMarkers).toEqual(["sys_platform == 'linux'"]);
    expect(lock.requiredMarkers).toEqual(["platform_machine == 'aarch64'"]);
    expect(lock.conflicts).toEqual([[{ package: 'app', extra: 'cpu' }, { package: 'app', group: 'gpu' }, { package: 'lib' }]]);
    expect(lock.options).toEqual({ 'prerelease-mode': 'allow' });
    expect(lock.manifest).toEqual({
      members: ['app', 'lib'],
      requirements: [],
      constraints: [{ name: 'idna', extras: [], specifier: '<4', marker: "sys_platform == 'win32'", source: {} }],
      overrides: [{ name: 'idna', extras: [], source: { git: 'https://git.example/idna' } }],
      buildConstraints: [{ name: 'setuptools', extras: [], specifier: '<80', source: {} }],
      excludes: ['werkzeug'],
      dependencyGroups: { dev: [{ name: 'pytest', extras: ['all'], source: {} }] },
      other: {
        dependencyMetadata: [{ name: 'flask', 'requires-dist': ['werkzeug'] }],
        scopedOverrides: [{ package: { name: 'anyio' }, dependencies: [{ name: 'idna' }] }],
        scopedExcludes: [],
        groupSettings: { defaultGroups: undefined, requiresPython: {} },
      },
    });
  });

  test('a package with its edges, files and metadata', () => {
    const app = `name = "app"
version = "0.1.0"
source = { editable = "." }
dependencies = [{ name = "anyio", extra = ["trio"], marker = "sys_platform == 'linux'" }]
[package.optional-dependencies]
fast = [{ name = "anyio" }]
[package.dev-dependencies]
dev = [{ name = "anyio" }]
[package.metadata]
requires-dist = [{ name = "anyio", extras = ["trio"], marker = "sys_platform == 'linux'", specifier = ">=4" }]
provides-extras = ["fast"]
[package.metadata.requires-dev]
dev = [{ name = "anyio", directory = "../anyio" }]`;
    const [first, second] = parseLock(lockText(app, anyio), '/p/uv.lock').packages;
    expect(first).toMatchObject({
      name: 'app',
      version: '0.1.0',
      source: { kind: 'editable', directory: '.' },
      dependencies: [{ name: 'anyio', extras: ['trio'], marker: "sys_platform == 'linux'" }],
      optionalDependencies: { fast: [{ name: 'anyio', extras: [] }] },
      groups: { dev: [{ name: 'anyio', extras: [] }] },
      sdist: undefined,
      wheels: [],
      metadata: {
        requiresDist: [{ name: 'anyio', extras: ['trio'], marker: "sys_platform == 'linux'", specifier: '>=4', source: {} }],
        providesExtras: ['fast'],
        requiresDev: { dev: [{ name: 'anyio', extras: [], source: { directory: '../anyio' } }] },
      },
    });
    const url = 'https://files.example/anyio-4.0-py3-none-any.whl';
    expect(second?.wheels).toEqual([{ filename: 'anyio-4.0-py3-none-any.whl', url, hash: `sha256:${sha}`, size: 7 }]);
    expect(second?.metadata).toBeUndefined();
  });

  test.each([
    ['{ registry = "../links" }', { kind: 'registry', registry: '../links' }],
    [`{ git = "https://git.example/r?tag=v1#${commit}" }`, { kind: 'git', git: `https://git.example/r?tag=v1#${commit}` }],
    [
      '{ url = "https://x.example/a-1.tar.gz", subdirectory = "p" }',
      { kind: 'url', url: 'https://x.example/a-1.tar.gz', subdirectory: 'p' },
    ],
    ['{ path = "dist/a-1.tar.gz" }', { kind: 'path', path: 'dist/a-1.tar.gz' }],
    ['{ directory = "libs/a" }', { kind: 'directory', directory: 'libs/a' }],
    ['{ editable = "libs/a" }', { kind: 'editable', directory: 'libs/a' }],
    ['{ virtual = "." }', { kind: 'virtual', directory: '.' }],
  ])('source %s', (text, source) => {
    const [first] = parseLock(lockText(`name = "a"\nversion = "1"\nsource = ${text}`), '/p/uv.lock').packages;
    expect(first?.source).toEqual(source);
  });

  test('files of a local index lie below it', () => {
    const text = `name = "a"\nversion = "1"\nsource = { registry = "../links" }\nwheels = [{ path = "d/a-1-py3-none-any.whl", hash = "sha256:${sha}" }]`;
    const [first] = parseLock(lockText(text), '/p/uv.lock').packages;
    expect(first?.wheels[0]).toMatchObject({ filename: 'a-1-py3-none-any.whl', path: '../links/d/a-1-py3-none-any.whl' });
  });

  test('files of direct sources are found by the source', () => {
    const path = `name = "a"\nversion = "1"\nsource = { path = "dist/a-1-py3-none-any.whl" }\nwheels = [{ filename = "a-1-py3-none-any.whl", hash = "sha256:${sha}" }]`;
    const url = `name = "b"\nversion = "1"\nsource = { url = "https://x.example/b-1.tar.gz" }\nsdist = { hash = "sha256:${sha}" }`;
    const [a, b] = parseLock(lockText(path, url), '/p/uv.lock').packages;
    expect(a?.wheels[0]).toMatchObject({ filename: 'a-1-py3-none-any.whl', path: 'dist/a-1-py3-none-any.whl' });
    expect(b?.sdist).toMatchObject({ filename: 'b-1.tar.gz', url: 'https://x.example/b-1.tar.gz' });
  });

  test('file names in URLs are percent-decoded, query and fragment left out', () => {
    const text = `name = "a"\nversion = "1+cpu"\n${registry}\nwheels = [{ url = "https://x.example/a-1%2Bcpu-py3-none-any.whl?t=1#x", hash = "sha256:${sha}" }]`;
    const [first] = parseLock(lockText(text), '/p/uv.lock').packages;
    expect(first?.wheels[0]?.filename).toBe('a-1+cpu-py3-none-any.whl');
  });

  test('spellings of early revisions', () => {
    const text = `version = 1
requires-python = ">=3.8"
[[distribution]]
name = "app"
version = "1"
source = { virtual = "." }
[distribution.dependency-groups]
dev = [{ name = "anyio" }]
[distribution.metadata]
requires-dist = []
[distribution.metadata.dependency-groups]
dev = [{ name = "anyio" }]
[[distribution]]
${anyio}`;
    const lock = parseLock(text, '/p/uv.lock');
    expect(lock.revision).toBe(0);
    expect(lock.packages.map(({ name }) => name)).toEqual(['app', 'anyio']);
    expect(lock.packages[0]?.groups).toEqual({ dev: [{ name: 'anyio', extras: [] }] });
    expect(lock.packages[0]?.metadata).toMatchObject({ providesExtras: undefined, requiresDev: { dev: [{ name: 'anyio' }] } });
  });

  test('unknown keys and later revisions are ignored', () => {
    const text = `version = 1\nrevision = 9\nfuture = { a = [1] }\n[[package]]\n${anyio}\nfuture = 1979-05-27\n`;
    expect(parseLock(text, '/p/uv.lock')).toMatchObject({ revision: 9, packages: [{ name: 'anyio' }] });
  });
});

describe('what is refused', () => {
  test('text that is not TOML, with line and column', () => {
    const error = failure('version = 1\nname = ?\n');
    expect(error).toMatchObject({
      code: 'LOCK_BROKEN',
      where: { file: '/p/uv.lock', line: 2 },
      hint: 'run uv lock to write the file again',
    });
  });

  test('merge conflict markers are named', () => {
    expect(failure('version = 1\n<<<<<<< HEAD\n').hint).toContain('merge conflict');
  });

  test('no source text, so no credentials, in the message about TOML', () => {
    const error = failure('version = 1\nurl = "https://user:secret@x.example/a" ?\n');
    expect(`${error.message} ${error.details.join(' ')} ${String(error.cause)}`).not.toContain('secret');
  });

  test.each([
    ['version = 2\n', 'LOCK_UNSUPPORTED', 'version 2'],
    ['version = "1"\n', 'LOCK_BROKEN', 'no format version'],
    ['', 'LOCK_BROKEN', 'no format version'],
  ])('format version %j', (text, code, message) => {
    expect(failure(text)).toMatchObject({ code, message: expect.stringContaining(message) });
  });

  test.each([
    ['top-level type', 'version = 1\nrequires-python = 3\n', 2, 'requires-python must be text'],
    ['no source', lockText('name = "a"\nversion = "1"'), 4, 'package[0].source must be a table'],
    ['unknown source', lockText('name = "a"\nversion = "1"\nsource = { hg = "x" }'), 7, 'must have one of registry, git'],
    ['git without commit', lockText('name = "a"\nversion = "1"\nsource = { git = "https://git.example/r" }'), 7, 'full commit'],
    ['registry without version', lockText(`name = "a"\n${registry}`), 4, 'version is missing'],
    ['two equal packages', lockText(anyio, anyio), 11, 'lists anyio 4.0 twice'],
    [
      'dangling edge',
      lockText('name = "a"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [\n    { name = "b" },\n]'),
      9,
      'names b, which',
    ],
    [
      'double edge',
      lockText(anyio, 'name = "b"\nsource = { virtual = "." }\ndependencies = [\n    { name = "anyio" },\n    { name = "anyio" },\n]'),
      16,
      'lists the dependency anyio twice',
    ],
    [
      'ambiguous edge in a group',
      lockText(
        anyio,
        anyio.replaceAll('4.0', '3.0'),
        'name = "b"\nsource = { virtual = "." }\n[package.dev-dependencies]\ndev = [\n    { name = "anyio" },\n]',
      ),
      23,
      'without saying which of 2',
    ],
    [
      'wheel of a tree',
      lockText(`name = "a"\nsource = { directory = "a" }\nwheels = [${wheel('a-1-py3-none-any.whl')}]`),
      7,
      'source tree',
    ],
    [
      'wheel without location',
      lockText(`name = "a"\nversion = "1"\n${registry}\nwheels = [{ hash = "sha256:${sha}" }]`),
      8,
      'must have a url',
    ],
    [
      'wheel of another version',
      lockText(
        `name = "a"\nversion = "1"\n${registry}\nwheels = [\n    ${wheel('a-1.0-py3-none-any.whl')},\n    ${wheel('a-2-py3-none-any.whl')},\n]`,
      ),
      10,
      'wheels[1] is a-2-py3-none-any.whl, which is no wheel of a 1',
    ],
    [
      'wheel of another package',
      lockText(`name = "a"\nversion = "1"\n${registry}\nwheels = [${wheel('b-1-py3-none-any.whl')}]`),
      8,
      'no wheel of a 1',
    ],
    [
      'wheel without the local version of its package',
      lockText(`name = "a"\nversion = "1+cpu"\n${registry}\nwheels = [${wheel('a-1-py3-none-any.whl')}]`),
      8,
      'no wheel of a 1+cpu',
    ],
    [
      'short hash',
      lockText(`name = "a"\nversion = "1"\n${registry}\nwheels = [{ url = "https://x.example/a", hash = "sha256:ab" }]`),
      8,
      'hex digits',
    ],
    [
      'negative size',
      lockText(`name = "a"\nversion = "1"\n${registry}\nsdist = { url = "https://x.example/a.zip", size = -1 }`),
      8,
      'whole number',
    ],
    [
      'directory in a file name',
      lockText(`name = "a"\nversion = "1"\n${registry}\nsdist = { url = "https://x.example/..%2Fa.zip" }`),
      8,
      'file name',
    ],
    ['broken escape', lockText(`name = "a"\nversion = "1"\n${registry}\nsdist = { url = "https://x.example/%zz" }`), 8, 'percent escape'],
  ])('%s', (_name, text, line, message) => {
    expect(failure(text)).toMatchObject({
      code: 'LOCK_BROKEN',
      message: expect.stringContaining(message),
      where: { file: '/p/uv.lock', line },
      hint: expect.stringContaining('uv lock'),
    });
  });

  test('no wheel with a local version more, an other spelling, or a name that none has: uv takes the first two, and the last fits no image', () => {
    const names = ['My_Pkg-1.0.0+cpu-py3-none-any.whl', 'my.pkg-1-1-py3-none-any.whl', 'my_pkg-1.whl'];
    const text = lockText(`name = "my-pkg"\nversion = "1.0"\n${registry}\nwheels = [${names.map(wheel).join(', ')}]`);
    expect(parseLock(text, '/p/uv.lock').packages[0]?.wheels).toHaveLength(3);
  });

  test('a wheel without a hash, where uv always knows one', () => {
    const direct = (source: string) =>
      lockText(`name = "a"\nversion = "1"\nsource = ${source}\nwheels = [\n    { url = "https://x.example/a-1-py3-none-any.whl" },\n]`);
    expect(failure(direct('{ url = "https://x.example/a-1-py3-none-any.whl" }'))).toMatchObject({
      code: 'LOCK_BROKEN',
      message: 'uv.lock is broken: package[0].wheels[0] must have a hash',
      where: { line: 9 },
    });
    const [found] = parseLock(direct('{ registry = "https://index.example/simple" }'), '/p/uv.lock').packages;
    expect(found?.wheels[0]).toEqual({ filename: 'a-1-py3-none-any.whl', url: 'https://x.example/a-1-py3-none-any.whl' });
  });
});

test('credentials in URLs stay in the data and out of messages', () => {
  const url = 'https://user:secret@x.example/a-1-py3-none-any.whl';
  const text = lockText(`name = "a"\nversion = "1"\nsource = { url = "${url}" }\nwheels = [{ url = "${url}", hash = "sha256:${sha}" }]`);
  expect(parseLock(text, '/p/uv.lock').packages[0]?.wheels[0]?.url).toBe(url);
  const error = failure(
    lockText(
      `name = "https://user:secret@x.example"\nversion = "1"\nsource = { virtual = "." }\ndependencies = [{ name = "https://user:secret@x.example/@" }]`,
    ),
  );
  expect(error.message).toContain('https://x.example');
  expect(error.message).not.toContain('secret');
});
