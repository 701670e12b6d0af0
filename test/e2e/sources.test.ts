import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitServer } from '../gitServer.ts';
import { type IndexServer, startIndex } from '../index-server.ts';
import { buildWheel } from '../zip-builder.ts';
import { attempt, execute } from './execute.ts';
import { unpackLayout } from './layout.ts';
import { build, root as checkout, uv } from './product.ts';
import { readTree } from './readTree.ts';

const login = { user: 'reader', password: 'planted-Password-91' };
const credentials = { UV_INDEX_PRIVATE_USERNAME: login.user, UV_INDEX_PRIVATE_PASSWORD: login.password };
const store = join(checkout, '.cache/e2e/store');

let work: string;
let python: string;
let git: Awaited<ReturnType<typeof gitServer>>;
let [open, closed]: IndexServer[] = [];
const at = (path: string): string => join(work, path);

function write(files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  }
}

/** A .tar.gz of a directory, as a source distribution has it. */
function sdist(name: string): Buffer {
  return execFileSync('tar', ['--create', '--gzip', '--directory', at('made'), name], { maxBuffer: 1 << 24 });
}

function gitIn(path: string, ...args: readonly string[]): void {
  const settings = ['user.name=a', 'user.email=a@b.example', 'commit.gpgsign=false', 'tag.gpgsign=false'].flatMap((each) => ['-c', each]);
  execFileSync('git', ['-C', at(path), ...settings, ...args], { stdio: 'ignore' });
}

const project = (name: string, more = ''): string => `[project]\nname = "${name}"\nversion = "1.0"\ndescription = "About ${name}"\n${more}`;
const system = (backend: string, ...requires: readonly string[]): string =>
  `\n[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "${backend}"\n`;
/** Asks git for its version, even when it is only asked what it needs. */
const versioned = `[project]
name = "core"
dynamic = ["version"]
${system('setuptools.build_meta', 'setuptools>=77', 'setuptools-scm>=8')}
[tool.setuptools_scm]
root = "../.."
`;

/** A page of a private index, with one file. */
function offer(index: IndexServer, name: string, filename: string, bytes: Buffer): void {
  index.put(`/files/${filename}`, bytes);
  const sha256 = execFileSync('sha256sum', { input: bytes, encoding: 'utf8' }).slice(0, 64);
  index.put(`/simple/${name}/`, Buffer.from(`<a href="/files/${filename}#sha256=${sha256}">${filename}</a>`));
}

function makeSources(): void {
  write({
    // A repository with the package in a subdirectory, built by Wherry's own uv_build, and one by another backend.
    'git/greeter/python/pyproject.toml': project('greeter') + system('uv_build', 'uv_build>=0.9'),
    'git/greeter/python/src/greeter/__init__.py': 'def greet():\n    return "hello"\n',
    'git/flitted/pyproject.toml': project('flitted', 'dynamic = []\n') + system('flit_core.buildapi', 'flit_core>=3.9,<4'),
    'git/flitted/flitted.py': '"""A module"""\n__version__ = "1.0"\n',
    // Source distributions: of setup.py alone, and of poetry-core.
    'made/legacy-1.0/setup.py':
      'from setuptools import setup\nsetup(name="legacy", version="1.0", py_modules=["legacy"], entry_points={"console_scripts": ["legacy=legacy:main"]})\n',
    'made/legacy-1.0/legacy.py': 'def main():\n    print("legacy")\n',
    'made/legacy-1.0/PKG-INFO': 'Metadata-Version: 2.1\nName: legacy\nVersion: 1.0\n',
    'made/bare-1.0/pyproject.toml': project('bare') + system('poetry.core.masonry.api', 'poetry-core>=2'),
    'made/bare-1.0/bare/__init__.py': 'x = 1\n',
    'made/bare-1.0/PKG-INFO': 'Metadata-Version: 2.1\nName: bare\nVersion: 1.0\n',
  });
  for (const name of ['greeter', 'flitted']) {
    gitIn(`git/${name}`, 'init', '--quiet', '--initial-branch=main');
    gitIn(`git/${name}`, 'add', '.');
    gitIn(`git/${name}`, 'commit', '--quiet', '--message=one');
    gitIn(`git/${name}`, 'tag', 'v1');
  }
}

function makeProject(): void {
  const names = ['core', 'greeter', 'flitted', 'legacy', 'linky', 'pathy', 'secretive', 'bare', 'util', 'idna'];
  write({
    'site/pyproject.toml': `${project('site', `requires-python = ">=3.11"\ndependencies = ${JSON.stringify(names)}\n`)}
[project.scripts]
site = "site_app:main"
${system('hatchling.build', 'hatchling>=1.27')}
[tool.hatch.build.targets.wheel]
packages = ["src/site_app"]

[tool.uv]
exclude-newer = "2026-11-01T00:00:00Z"
exclude-newer-package = { secretive = false, bare = false, linky = false }
find-links = ["links"]
build-constraint-dependencies = ["setuptools<81"]

[tool.uv.workspace]
members = ["libs/*"]

[tool.uv.sources]
core = { workspace = true }
greeter = { git = "${git.origin}/greeter", tag = "v1", subdirectory = "python" }
flitted = { git = "${git.origin}/flitted" }
legacy = { url = "${open?.origin}/legacy-1.0.tar.gz" }
pathy = { path = "dist/pathy-1.0-py3-none-any.whl" }
util = { path = "../util" }
secretive = { index = "private" }
bare = { index = "private" }

[[tool.uv.index]]
name = "private"
url = "${closed?.origin}/simple"
explicit = true

[tool.wherry]
base = "debian:${python.includes('3.13') ? '13' : '12'}-noshell"
venv = "${at('venv')}"
bytecode = "none"
`,
    'site/src/site_app/__init__.py': 'import core\n\n\ndef main():\n    print(core.x)\n',
    'site/src/site_app/local.db': 'ignored by git, and so by hatchling\n',
    'site/.gitignore': '*.db\n',
    'site/libs/core/pyproject.toml': versioned,
    'site/libs/core/src/core/__init__.py': 'x = 1\n',
    'util/pyproject.toml': project('util') + system('uv_build', 'uv_build>=0.9'),
    'util/src/util/__init__.py': '',
    'site/links/linky-1.0-py3-none-any.whl': buildWheel({ name: 'linky', files: { 'linky.py': 'x = 1\n' } }),
    'site/dist/pathy-1.0-py3-none-any.whl': buildWheel({ name: 'pathy', files: { 'pathy.py': 'x = 1\n' } }),
  });
  gitIn('site', 'init', '--quiet', '--initial-branch=main');
  gitIn('site', 'add', '.');
  gitIn('site', 'commit', '--quiet', '--message=one');
  gitIn('site', 'tag', 'v1.0');
}

/** A CPython of this machine, for which a base exists that needs no registry. */
async function findPython(): Promise<string> {
  await execute([join(checkout, 'scripts/setup-python')]);
  for (const minor of ['3.13', '3.11']) {
    const { status, stdout } = await attempt([uv, 'python', 'find', '--no-python-downloads', '--no-project', minor]);
    if (status === 0) return `${stdout.trim()} ${minor}`;
  }
  throw new Error('there is neither a Python 3.13 nor a 3.11 that uv could install with');
}

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'wsrc-'));
  const [path = '', minor = ''] = (await findPython()).split(' ');
  python = minor;
  [open, closed] = [await startIndex(), await startIndex()];
  makeSources();
  git = await gitServer(at('git'));
  open.put('/legacy-1.0.tar.gz', sdist('legacy-1.0'));
  offer(closed, 'bare', 'bare-1.0.tar.gz', sdist('bare-1.0'));
  offer(closed, 'secretive', 'secretive-1.0-py3-none-any.whl', buildWheel({ name: 'secretive', files: { 'secretive.py': 'x = 1\n' } }));
  closed.protect(login);
  makeProject();
  const env = {
    ...process.env,
    ...credentials,
    UV_PROJECT_ENVIRONMENT: at('venv'),
    UV_PYTHON: path,
    VIRTUAL_ENV: undefined,
    UV_LINK_MODE: 'copy',
  };
  const options = ['--quiet', '--no-python-downloads', '--directory', at('site')];
  await execute([uv, 'sync', ...options, '--no-dev', '--no-editable'], { env });
}, 600_000);

afterAll(async () => {
  await Promise.all([git?.close(), open?.close(), closed?.close()]);
  rmSync(work, { recursive: true, force: true });
});

const run = (args: readonly string[], env: Readonly<Record<string, string | undefined>> = credentials) =>
  attempt([join(checkout, 'bin/wherry'), 'build', at('site'), ...args], {
    env: { ...process.env, CI: undefined, WHERRY_CACHE_DIR: store, ...env },
  });

/** What differs by design, with the reason; the rest must be equal byte for byte. */
const allowed: readonly (readonly [path: RegExp, reason: string])[] = [
  [/^(?:\.gitignore|\.lock|CACHEDIR\.TAG|bin\/(?:(?:de)?activate(?:\.\w+|_this\.py)?|pydoc\.bat))$/, 'only uv has them, for development'],
  [/^(?:pyvenv\.cfg|bin\/python)$/, 'of the base, and not of this machine'],
  [/\.dist-info\/(?:INSTALLER|uv_\w+\.json)$/, 'each names itself; the keys of caches are of this machine'],
  [/^lib\/python[\d.]+\/site-packages\/(?:site|core|util|pathy)-1\.0\.dist-info\/direct_url\.json$/, 'holds paths of this machine'],
  [/^lib\/python[\d.]+\/site-packages\/(?:greeter|util)-1\.0\.dist-info\/WHEEL$/, 'names the version of uv_build'],
  [/\.dist-info\/RECORD$/, 'lists the files above'],
];

describe('a project with sources of every kind', () => {
  it('has the tree that uv sync installs', async () => {
    const built = await build({ project: at('site'), store, args: ['--oci', at('oci')], env: credentials });
    expect(built.layers).toBeGreaterThan(10);
    await unpackLayout(at('oci'), at('root'));
    const [ours, theirs] = [readTree(join(at('root'), at('venv'))), readTree(at('venv'))];
    const different = [...new Set([...ours.keys(), ...theirs.keys()])].filter((path) => ours.get(path) !== theirs.get(path));
    const unexpected = different.filter((path) => !allowed.some(([pattern]) => pattern.test(path)));
    expect(unexpected.map((path) => `${path}: ${ours.get(path)}, with uv ${theirs.get(path)}`)).toEqual([]);
    const unused = allowed.filter(([pattern]) => !different.some((path) => pattern.test(path)));
    expect(unused.map(([pattern]) => pattern.source)).toEqual([]);
    expect([...ours.keys()].filter((path) => /site-packages\/[^/]+\.dist-info$/.test(path))).toHaveLength(11);
    const site = join(at('root'), at('venv'), `lib/python${python}/site-packages`);
    const url = (name: string) => JSON.parse(readFileSync(join(site, `${name}-1.0.dist-info/direct_url.json`), 'utf8'));
    expect(url('greeter')).toMatchObject({ vcs_info: { vcs: 'git', requested_revision: 'v1' }, subdirectory: 'python' });
    expect(url('legacy')).toEqual({ url: `${open?.origin}/legacy-1.0.tar.gz`, archive_info: {} });
  }, 600_000);

  it('is locked without hosts and secrets, and built again without any request', async () => {
    const lock = readFileSync(at('site/wherry.lock'), 'utf8');
    const names = [...lock.matchAll(/^\[\[build\]\]\nname = "([^"]+)"\nsource = "(sha256|git|path):/gm)].map(
      ([, name, kind]) => `${name} ${kind}`,
    );
    expect(names).toEqual(['bare sha256', 'core path', 'flitted git', 'greeter git', 'legacy sha256', 'site path']);
    expect(lock).toMatch(/name = "setuptools", version = "80\./);
    expect(lock).not.toMatch(/:\/\/|127\.0\.0\.1|planted/);
    const asked = [open, closed].map((server) => server?.seen.length);
    const { status, stderr } = await run(['--locked', '--offline'], {});
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect([open, closed].map((server) => server?.seen.length)).toEqual(asked);
  });

  it('says which login is missing, and no other', async () => {
    const { status, stderr } = await run([], { ...credentials, UV_INDEX_PRIVATE_PASSWORD: 'planted-wrong', WHERRY_CACHE_DIR: at('store') });
    expect(status).toBe(2);
    expect(stderr).toMatch(/error\[DOWNLOAD_AUTH\]/);
    expect(stderr).not.toContain('planted');
  });

  it('takes the version of a tree where the lock may be older', async () => {
    const text = readFileSync(at('site/pyproject.toml'), 'utf8');
    writeFileSync(at('site/pyproject.toml'), text.replace('version = "1.0"', 'version = "1.1"'));
    expect(await run([])).toMatchObject({ status: 1, stderr: expect.stringContaining('error[LOCK_STALE]') });
    expect(await run(['--frozen'])).toMatchObject({ status: 0 });
    writeFileSync(at('site/pyproject.toml'), text);
  });

  it('says when a locked commit is gone', async () => {
    const text = readFileSync(at('site/uv.lock'), 'utf8');
    writeFileSync(at('site/uv.lock'), text.replace(/(flitted[^"]*#)[0-9a-f]{40}/, `$1${'ab'.repeat(20)}`));
    const { status, stderr } = await run([]);
    writeFileSync(at('site/uv.lock'), text);
    expect({ status, stderr }).toMatchObject({ status: 1, stderr: expect.stringContaining('error[GIT_COMMIT_MISSING]') });
  });
});
