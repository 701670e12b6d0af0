import { describe, expect, it } from 'vitest';
import { ToolError } from '../errors/index.ts';
import { parsePylock } from './pylock.ts';

const hex = 'ab'.repeat(32);
const hashes = `hashes = { sha256 = "${hex}" }`;
const head = 'lock-version = "1.0"\ncreated-by = "a test"\n';
const place = { file: '/work/sub/pylock.toml', base: 'sub' };

function pins(packages: string) {
  return parsePylock(`${head}\n${packages}`, place).pins;
}

function failure(text: string): ToolError {
  try {
    parsePylock(text, place);
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('pylock.toml', () => {
  it('gives what it says of the whole', () => {
    const lock = parsePylock(
      `${head}environments = ["sys_platform == 'linux'"]\nrequires-python = ">=3.11"\nextras = ["Web.UI"]\ndependency-groups = ["dev", "docs"]\ndefault-groups = ["docs"]\npackages = []\n`,
      place,
    );
    expect(lock).toMatchObject({
      format: 'pylock',
      label: 'pylock.toml',
      environments: ["sys_platform == 'linux'"],
      requiresPython: '>=3.11',
      extras: ['web-ui'],
      groups: ['dev', 'docs'],
      defaultGroups: ['docs'],
      pins: [],
      notes: [],
    });
  });

  it('gives the files of an index, with TOML dates, names and local paths', () => {
    const [pin] = pins(`[[packages]]
name = "Demo_Pkg"
version = "1.0"
marker = "'dev' in dependency_groups and python_version < '4'"
requires-python = ">=3.8"
index = "https://index.example/simple"
sdist = { url = "https://index.example/f/demo_pkg-1.0.tar.gz", upload-time = 2024-01-02T03:04:05Z, size = 7, ${hashes} }
[[packages.wheels]]
url = "https://index.example/f/x%2Bl?y#z"
name = "demo_pkg-1.0-py3-none-any.whl"
hashes = { md5 = "${'0'.repeat(32)}", sha256 = "${hex.toUpperCase()}" }
[[packages.wheels]]
path = "wheels/demo_pkg-1.0-cp313-cp313-linux_x86_64.whl"
hashes = { sha512 = "${'0'.repeat(128)}" }
[[packages.dependencies]]
name = "ignored"
[packages.tool.x]
y = 1
[[packages.attestation-identities]]
kind = "other"
`);
    expect(pin).toMatchObject({
      name: 'demo-pkg',
      version: '1.0',
      marker: "'dev' in dependency_groups and python_version < '4'",
      requiresPython: '>=3.8',
      source: { kind: 'registry', registry: 'https://index.example/simple' },
      sdist: { filename: 'demo_pkg-1.0.tar.gz', hash: `sha256:${hex}`, size: 7 },
      wheels: [
        { filename: 'demo_pkg-1.0-py3-none-any.whl', url: 'https://index.example/f/x%2Bl?y#z', hash: `sha256:${hex}` },
        {
          filename: 'demo_pkg-1.0-cp313-cp313-linux_x86_64.whl',
          path: 'sub/wheels/demo_pkg-1.0-cp313-cp313-linux_x86_64.whl',
          hash: `sha512:${'0'.repeat(128)}`,
        },
      ],
      where: { file: '/work/sub/pylock.toml', line: 4 },
    });
  });

  it.each([
    [
      `archive = { url = "https://h.example/a-1.0-py3-none-any.whl", ${hashes} }`,
      { kind: 'url', url: 'https://h.example/a-1.0-py3-none-any.whl' },
      1,
    ],
    [`archive = { path = "../a-1.0.tar.gz", ${hashes} }`, { kind: 'path', path: 'a-1.0.tar.gz' }, 0],
    [
      `archive = { url = "https://h.example/a.zip", subdirectory = "p", ${hashes} }`,
      { kind: 'url', url: 'https://h.example/a.zip', subdirectory: 'p' },
      0,
    ],
    ['directory = { path = "../lib", editable = true }', { kind: 'directory', directory: 'lib' }, 0],
    ['directory = { path = ".", subdirectory = "x" }', { kind: 'directory', directory: 'sub/x' }, 0],
    [
      `vcs = { type = "git", url = "https://git.example/r.git", requested-revision = "v1", commit-id = "${'0'.repeat(40)}", subdirectory = "p" }`,
      { kind: 'git', git: `https://git.example/r.git?subdirectory=p&rev=v1#${'0'.repeat(40)}` },
      0,
    ],
  ])('knows where else a package may come from: %s', (line, source, wheels) => {
    const [pin] = pins(`[[packages]]\nname = "a"\n${line}\n`);
    expect(pin?.source).toEqual(source);
    expect(pin?.wheels).toHaveLength(wheels);
    expect(pin?.version).toBe(wheels === 1 ? '1.0' : undefined);
  });

  it('says what is newer than it knows, and refuses another major version', () => {
    expect(parsePylock('lock-version = "1.3"\npackages = []\n', place).notes).toEqual([expect.stringContaining('1.3')]);
    expect(failure('\nlock-version = "2.0"\npackages = []\n')).toMatchObject({ code: 'LOCK_UNSUPPORTED', where: { line: 2 } });
  });

  const demo = '[[packages]]\nname = "a"\nversion = "1"\n';
  it.each([
    ['packages = []\n', 1, 'lock-version is missing'],
    [head, 1, 'packages is missing'],
    [`${head}packages = ?`, 3, 'is not TOML'],
    [`${head}${demo}`, 3, 'packages[0] must have exactly one of'],
    [`${head}${demo}directory = { path = "." }\nwheels = []\n`, 3, 'exactly one of'],
    [`${head}${demo}marker = "extra == 'x'"\ndirectory = { path = "." }\n`, 6, 'packages[0].marker cannot be read'],
    [`${head}${demo}marker = "nonsense"\ndirectory = { path = "." }\n`, 6, 'marker cannot be read'],
    [`${head}${demo}requires-python = "3"\ndirectory = { path = "." }\n`, 6, 'requires-python cannot be read'],
    [`${head}[[packages]]\nname = "a b"\ndirectory = { path = "." }\n`, 4, 'is not the name of a package'],
    [`${head}${demo}wheels = [{ url = "https://h.example/", ${hashes} }]\n`, 6, 'must end in a file name'],
    [`${head}${demo}wheels = [{ url = "https://h.example/x", name = "../x", ${hashes} }]\n`, 6, 'must be a file name'],
    [`${head}${demo}wheels = [{ path = "x.whl", hashes = {} }]\n`, 6, 'must hold a hash'],
    [`${head}${demo}wheels = [{ path = "x.whl", hashes = { sha256 = "ab" } }]\n`, 6, 'must be hex digits'],
    [`${head}${demo}wheels = [{ ${hashes} }]\n`, 6, 'must have a url or a path'],
    [`${head}${demo}vcs = { type = "hg", commit-id = "x" }\n`, 6, 'only git is known'],
    [`${head}${demo}vcs = { type = "git", url = "x", commit-id = "main" }\n`, 6, 'must be a full commit'],
    [
      `${head}${demo}wheels = [{ path = "a-2-py3-none-any.whl", ${hashes} }]\n`,
      6,
      'wheels[0] is a-2-py3-none-any.whl, which is no wheel of a 1',
    ],
    [
      `${head}${demo}archive = { path = "b-1-py3-none-any.whl", ${hashes} }\n`,
      6,
      'archive is b-1-py3-none-any.whl, which is no wheel of a 1',
    ],
    [`${head}environments = ["x"]\npackages = []\n`, 3, 'environments[0] cannot be read'],
  ])('is refused with its line: %j', (text, line, message) => {
    expect(failure(text)).toMatchObject({
      code: 'LOCK_BROKEN',
      where: { file: place.file, line },
      message: expect.stringContaining(message),
    });
  });

  it('keeps no credentials, which would end in the image', () => {
    const secret = 'https://user:secret@h.example';
    const lock = parsePylock(
      `${head}[[packages]]\nname = "a"\narchive = { url = "${secret}/a-1.0-py3-none-any.whl", ${hashes} }\n[[packages]]\nname = "b"\nvcs = { type = "git", url = "${secret}/b", commit-id = "${'0'.repeat(40)}" }\n`,
      place,
    );
    expect(lock.pins.map(({ source }) => Object.values(source)[1])).toEqual([
      'https://h.example/a-1.0-py3-none-any.whl',
      `https://h.example/b#${'0'.repeat(40)}`,
    ]);
    expect(JSON.stringify(lock)).not.toContain('secret');
  });

  it('never shows credentials', () => {
    const { message } = failure(`${head}${demo}wheels = [{ url = "https://user:secret@h.example/%ZZ", ${hashes} }]\n`);
    expect(message).not.toContain('secret');
  });
});
