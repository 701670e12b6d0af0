import { execFileSync } from 'node:child_process';
import { mkdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { errorCode, type FixtureFiles, projectFixture } from './fixture.ts';
import { dockerRules } from './ignore-rules.ts';
import { readSourceTree, type SourceTreeOptions } from './tree.ts';

const key = `-----BEGIN PRIVATE KEY-----\n${'QUJD'.repeat(16)}\n-----END PRIVATE KEY-----\n`;

async function paths(files: FixtureFiles, options: SourceTreeOptions = {}): Promise<readonly string[]> {
  await using fixture = await projectFixture(files);
  return (await readSourceTree(fixture.directory, options)).files.map(({ path }) => path);
}

async function leftOut(files: FixtureFiles, options: SourceTreeOptions = {}): Promise<readonly string[]> {
  await using fixture = await projectFixture(files);
  return (await readSourceTree(fixture.directory, options)).leftOut.map(({ path, reason }) => `${path}: ${reason}`);
}

describe('content', () => {
  it('is sorted by bytes, hashed as it is, and executable by content alone', async () => {
    await using fixture = await projectFixture({
      'b.sh': '#!/bin/sh\r\n',
      'a/x': '\x7fELF1',
      'a-b': 'x',
      'é.txt': '',
      'Z.txt': '',
      𝒳: '',
      '～': '',
    });
    const { files } = await readSourceTree(fixture.directory);
    expect(files.map(({ path }) => path)).toEqual(['Z.txt', 'a-b', 'a/x', 'b.sh', 'é.txt', '～', '𝒳']);
    expect(files[3]).toEqual({
      type: 'file',
      path: 'b.sh',
      sha256: digestOf('#!/bin/sh\r\n'),
      size: 11,
      executable: true,
      interpreter: '/bin/sh',
    });
    expect(files.filter((file) => file.type === 'file' && file.executable)).toHaveLength(2);
  });

  it('is found alike in a file of one piece and of many', async () => {
    const sizes = [0, 1, 256 * 1024, 256 * 1024 + 1, 3_000_000];
    const texts = sizes.map((size) => `#!/bin/sh\n${'#'.repeat(size)}`);
    await using fixture = await projectFixture(Object.fromEntries(texts.map((text, index) => [`${index}`, text])));
    const { files } = await readSourceTree(fixture.directory);
    expect(files).toEqual(
      texts.map((text, index) => ({
        type: 'file',
        path: `${index}`,
        sha256: digestOf(text),
        size: text.length,
        executable: true,
        interpreter: '/bin/sh',
      })),
    );
    const late = await projectFixture({ late: `${'#'.repeat(300_000)}\n${key}` });
    expect((await readSourceTree(late.directory)).leftOut).toEqual([{ path: 'late', reason: 'holds a private key' }]);
    await late[Symbol.asyncDispose]();
  });

  it('does not depend on times, modes or an outer git repository', async () => {
    await using fixture = await projectFixture({ 'p/x.py': 'x', 'p/.gitignore': '*.log\n', 'p/a.log': '', '.gitignore': '*.py\n' });
    const directory = join(fixture.directory, 'p');
    const before = await readSourceTree(directory);
    execFileSync('chmod', ['700', join(directory, 'x.py')]);
    await utimes(join(directory, 'x.py'), 1, 1);
    expect(await readSourceTree(directory)).toEqual(before);
    expect(before.files.map(({ path }) => path)).toEqual(['.gitignore', 'x.py']);
  });
});

describe('ignore rules', () => {
  it('of nested .gitignore files apply as in git', async () => {
    const files = {
      '.gitignore': '*.log\nbuild/\n/only-top\n!keep.log\n# comment\n',
      'a.log': '',
      'A.LOG': '',
      'keep.log': '',
      'only-top': '',
      'x/only-top': '',
      'x/build/f': '',
      'x/.gitignore': '!special.log\n/y\nz/w\n',
      'x/special.log': '',
      'x/y': '',
      'x/q/y': '',
      'x/z/w': '',
      'x/q/z/w': '',
      '[odd] dir/.gitignore': 'gone\n',
      '[odd] dir/gone': '',
      'odd/gone': '',
    };
    expect(await paths(files)).toEqual(
      ['.gitignore', 'A.LOG', '[odd] dir/.gitignore', 'keep.log', 'odd/gone'].concat([
        'x/.gitignore',
        'x/only-top',
        'x/q/y',
        'x/q/z/w',
        'x/special.log',
      ]),
    );
  });

  it('of .dockerignore are rooted, cover directories and take back', async () => {
    const files = {
      '.dockerignore': '# comment\n*\n!src\nsrc/**/*.md\n!src/README.md\n',
      'a.txt': '',
      'src/a.py': '',
      'src/x/a.md': '',
      'src/README.md': '',
      'x/src/a.py': '',
    };
    expect(await paths(files)).toEqual(['src/README.md', 'src/a.py']);
    expect(await leftOut(files)).toEqual([
      '.dockerignore: named in .dockerignore',
      'a.txt: named in .dockerignore',
      'x: named in .dockerignore',
    ]);
  });

  it.each<readonly [string, readonly string[]]>([
    ['a', ['a', 'a/b']],
    ['/a/', ['a', 'a/b']],
    ['**/b', ['a/b', 'b', 'b/x.log']],
    ['**.log', ['b/x.log', 'x.log']],
    ['*.log', ['x.log']],
    ['**/*.log', ['b/x.log', 'x.log']],
    ['a**b', ['a/b', 'ab']],
    ['[!a]', ['a', 'a/b']],
    ['[^a]', ['b', 'b/x.log']],
    ['a/*\n!a/b', []],
    ['  b  ', ['b', 'b/x.log']],
    ['./x/../ab', ['ab']],
  ])('of .dockerignore match as in Docker: %j', (text, expected) => {
    const rules = dockerRules(text);
    const all = ['a', 'a/b', 'ab', 'b', 'b/x.log', 'x.log'];
    expect(all.filter((path) => rules.ignores(path, false) !== undefined)).toEqual(expected);
  });

  it('of .dockerignore that Docker would refuse are refused', () => {
    expect(() => dockerRules('[z-a]')).toThrow(expect.objectContaining({ code: 'PROJECT_BROKEN' }));
  });

  it('give way to wanted paths', async () => {
    const files = { '.gitignore': 'out/\n*.css\n', 'out/a.js': '', 'out/b.txt': '', 'out/deep/c.js': '', 'site.css': '' };
    expect(await paths(files, { wanted: ['out/**/*.js', 'site.css'] })).toEqual(['.gitignore', 'out/a.js', 'out/deep/c.js', 'site.css']);
    expect(await paths(files, { wanted: ['out'] })).toEqual(['.gitignore', 'out/a.js', 'out/b.txt', 'out/deep/c.js']);
  });

  it('of the workspace root count for a member, and not without being asked', async () => {
    await using fixture = await projectFixture({ '.gitignore': '*.log\nm/top\n', 'm/a.log': '', 'm/top': '', 'm/x.py': '' });
    const directory = join(fixture.directory, 'm');
    expect((await readSourceTree(directory, { ignoreRoot: fixture.directory })).files.map(({ path }) => path)).toEqual(['x.py']);
    expect((await readSourceTree(directory)).files).toHaveLength(3);
  });

  it('are not read when a build backend would not', async () => {
    expect(await paths({ '.gitignore': '*.py\n', '.dockerignore': '*.txt\n', 'a.py': '', 'a.txt': '' }, { rules: 'none' })).toEqual([
      '.dockerignore',
      '.gitignore',
      'a.py',
      'a.txt',
    ]);
  });
});

describe('guards', () => {
  it('keep caches, environments, version control and image layouts out', async () => {
    const files = {
      '.git/HEAD': '',
      'sub/.git': 'gitdir: x',
      'a/__pycache__/x.pyc': '',
      'b.pyc': '',
      'env/pyvenv.cfg': '',
      'env/bin/python': '',
      'node_modules/x': '',
      '.ruff_cache/x': '',
      'out/oci-layout': '',
      'out/index.json': '',
      'x.egg-info/PKG-INFO': '',
      'dist/kept.txt': '',
      'venv/kept.py': '',
    };
    expect(await paths(files)).toEqual(['dist/kept.txt', 'venv/kept.py']);
    expect(await leftOut(files)).toContain('env: virtual environment of this host');
    expect(await leftOut(files)).toContain('out: an OCI image layout');
  });

  it('keep secrets out and name them at any depth', async () => {
    const files = {
      '.env': '',
      '.env.local': '',
      '.env.example': '',
      'c/.env': '',
      'c/tls.pem': `cert\n${key}`,
      'c/code.py': `MARK = "-----BEGIN PRIVATE KEY-----"\n`,
    };
    expect(await paths(files)).toEqual(['.env.example', 'c/code.py']);
    expect(await leftOut(files)).toEqual(
      ['.env', '.env.local', 'c/.env'].map((path) => `${path}: may hold secrets`).concat('c/tls.pem: holds a private key'),
    );
  });

  it.each([[['.env']], [['config/.env*']], [['keys/tls.pem']], [['keys/.env/x']]])('refuse %j', async (wanted) => {
    const files = { '.env': '', 'config/.env.prod': '', 'keys/tls.pem': key, 'keys/.env/x': '' };
    await using fixture = await projectFixture(files);
    const refused = await errorCode(readSourceTree(fixture.directory, { wanted }));
    expect(refused).toBe('SECRET_REFUSED');
  });

  it('skip a secret that a wide pattern sweeps up', async () => {
    expect(await paths({ 'config/.env': '', 'config/a.toml': '' }, { wanted: ['config/**', '*'] })).toEqual(['config/a.toml']);
  });

  it('leave excluded directories and pipes out with a reason', async () => {
    await using fixture = await projectFixture({ 'a/x': '', 'b/y': '' });
    execFileSync('mkfifo', [join(fixture.directory, 'b/pipe')]);
    const tree = await readSourceTree(fixture.directory, { exclude: [{ path: 'a', reason: 'another member' }] });
    expect(tree.files.map(({ path }) => path)).toEqual(['b/y']);
    expect(tree.leftOut).toEqual([
      { path: 'a', reason: 'another member' },
      { path: 'b/pipe', reason: 'a socket, pipe or device' },
    ]);
  });
});

describe('names and links', () => {
  it('refuse names that are not UTF-8', async () => {
    await using fixture = await projectFixture({ x: '' });
    await writeFile(Buffer.concat([Buffer.from(`${fixture.directory}/a`), Buffer.from([0xff])]), '');
    await expect(readSourceTree(fixture.directory)).rejects.toMatchObject({
      code: 'SOURCE_NAME_INVALID',
      message: expect.stringContaining('a\\xff'),
    });
  });

  it('keep links that stay inside, dangling ones too', async () => {
    await using fixture = await projectFixture({ 'a/b/l': { link: '../../x' }, 'a/d': { link: 'nowhere' }, x: '', dir: { link: 'a' } });
    expect((await readSourceTree(fixture.directory)).files).toContainEqual({ type: 'symlink', path: 'a/b/l', target: '../../x' });
    expect((await readSourceTree(fixture.directory)).files).toHaveLength(4);
  });

  it.each(['/etc/passwd', '../x', 'a/../../x', '../tree/x'])('refuse a link to %s', async (link) => {
    await using fixture = await projectFixture({ 'a/x': '', l: { link } });
    expect(await errorCode(readSourceTree(fixture.directory))).toBe('SOURCE_LINK_ESCAPES');
  });

  it('refuse a link that leaves through another one', async () => {
    await using fixture = await projectFixture({ 'tree/a/b/x': '', outside: '' });
    const tree = join(fixture.directory, 'tree');
    await mkdir(join(tree, 'top'));
    await symlink('../../top', join(tree, 'a/b/up'));
    await symlink('up/../../outside', join(tree, 'a/b/l'));
    expect(await errorCode(readSourceTree(tree))).toBe('SOURCE_LINK_ESCAPES');
  });

  it('do not mind an escaping link that rules leave out', async () => {
    expect(await paths({ l: { link: '/etc' }, '.dockerignore': 'l\n' })).toEqual(['.dockerignore']);
  });
});
