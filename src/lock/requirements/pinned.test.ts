import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FixtureFiles, projectFixture } from '../../project/fixture.ts';
import { pinsOf, type RequirementPin } from './pinned.ts';
import { readRequirements } from './read.ts';

const hex = 'ab'.repeat(32);
const other = 'cd'.repeat(32);

interface Read {
  readonly pins: readonly RequirementPin[];
  /** `line: reason` */
  readonly unpinned: readonly string[];
}

async function read(text: string, more: FixtureFiles = {}): Promise<Read> {
  await using fixture = await projectFixture({ 'requirements.txt': text, ...more });
  const { directory } = fixture;
  const set = await readRequirements([path.join(directory, 'requirements.txt')], { boundary: directory, env: {} });
  const { pins, unpinned } = await pinsOf(set, { directory, root: directory });
  return { pins, unpinned: unpinned.map(({ line, reason }) => `${line.where.line}: ${reason}`) };
}

describe('pins', () => {
  it('are names with one version, in any spelling', async () => {
    const { pins, unpinned } = await read(
      `Django[Argon2]==5.0 ; os_name == 'posix'\nmy_pkg === 1.0.post1 --hash=sha256:${hex} --hash=md5:${'0'.repeat(32)}\nc (==2.0rc1)\n`,
    );
    expect(unpinned).toEqual([]);
    expect(pins.map(({ name, version, marker, extras, hashes }) => [name, version, marker, extras, hashes.length])).toEqual([
      ['django', '5.0', "os_name == 'posix'", ['argon2'], 0],
      ['my-pkg', '1.0.post1', undefined, [], 1],
      ['c', '2.0rc1', undefined, [], 0],
    ]);
    expect(pins[0]).toMatchObject({ source: { kind: 'registry' }, wheels: [], where: { line: 1 } });
  });

  it('may be URLs, paths and commits', async () => {
    const commit = '0123456789'.repeat(4);
    const { pins } = await read(
      [
        `a @ https://h.example/a-1.0-py3-none-any.whl#sha256=${hex} ; os_name == 'posix'`,
        `https://h.example/b-1.0.tar.gz#sha256=${hex}&subdirectory=p`,
        `./wheels/c-1.0-py3-none-any.whl --hash=sha256:${hex}`,
        'wheels/d-2.0-py3-none-any.whl[x] ; os_name == "posix"',
        `e @ git+https://git.example/e.git@${commit}#subdirectory=p`,
        `git+ssh://git@git.example/f@${commit}#egg=f[x]`,
        './lib',
        `g @ file:./lib/g-1.0.zip#sha256=${hex}`,
      ].join('\n'),
      {
        'wheels/c-1.0-py3-none-any.whl': 'c',
        'wheels/d-2.0-py3-none-any.whl': 'd',
        'lib/pyproject.toml': '[project]\nname = "My_Lib"\n',
        'lib/g-1.0.zip': 'g',
      },
    );
    expect(pins.map(({ name, version, source }) => [name, version, ...Object.values(source)])).toEqual([
      ['a', '1.0', 'url', 'https://h.example/a-1.0-py3-none-any.whl'],
      ['b', undefined, 'url', 'https://h.example/b-1.0.tar.gz', 'p'],
      ['c', '1.0', 'path', 'wheels/c-1.0-py3-none-any.whl'],
      ['d', '2.0', 'path', 'wheels/d-2.0-py3-none-any.whl'],
      ['e', undefined, 'git', `https://git.example/e.git?subdirectory=p#${commit}`],
      ['f', undefined, 'git', `ssh://git@git.example/f#${commit}`],
      ['my-lib', undefined, 'directory', 'lib'],
      ['g', undefined, 'path', 'lib/g-1.0.zip'],
    ]);
    expect(pins.map(({ wheels, sdist }) => [...wheels, sdist].find((file) => file !== undefined)?.hash?.slice(7, 11))).toEqual([
      'abab',
      'abab',
      'abab',
      // The sha256 of the file itself.
      '18ac',
      undefined,
      undefined,
      undefined,
      'abab',
    ]);
    expect(pins[3]).toMatchObject({ marker: 'os_name == "posix"', extras: ['x'] });
  });

  it('take versions and hashes of constraints', async () => {
    const limits = `django==5.0 ; python_version >= '3.11' --hash=sha256:${hex}\ndjango==4.0 ; python_version < '3.11'\nunused==1\n`;
    const { pins, unpinned } = await read("-c limits.txt\ndjango>=4 ; os_name == 'posix'\nother==1\n", { 'limits.txt': limits });
    expect(unpinned).toEqual([]);
    expect(pins.map(({ name, version, marker, hashes }) => [name, version, marker, hashes.length])).toEqual([
      ['django', '5.0', "(os_name == 'posix') and (python_version >= '3.11')", 1],
      ['django', '4.0', "(os_name == 'posix') and (python_version < '3.11')", 0],
      ['other', '1', undefined, 0],
    ]);
  });

  it.each([
    ['-c limits.txt\ndjango==5.0\n', 'django<5'],
    ['-c limits.txt\ndjango>=5\n', 'django==4.2'],
  ])('contradict constraints only with an error: %j', async (text, limit) => {
    await expect(read(text, { 'limits.txt': limit })).rejects.toMatchObject({ code: 'REQUIREMENTS_CONFLICT', where: { line: 2 } });
  });

  it.each([
    ['a', '1: names no version'],
    ['\na>=1', '2: allows several versions: >=1'],
    ['a==1.*', '1: allows several versions: ==1.*'],
    ['a==1,!=2', '1: allows several versions: ==1,!=2'],
    ['-e .', '1: is editable, and an image has no working copy to point to'],
    ['a @ git+https://git.example/a@main', '1: names no full commit of its repository'],
    ['git+https://git.example/a#egg=a', '1: names no commit of its repository'],
  ])('are not: %j', async (text, reason) => {
    expect(await read(text)).toEqual({ pins: [], unpinned: [reason] });
  });

  it.each([
    ['a @ https://h.example/a-1.0-py3-none-any.whl', 'REQUIREMENTS_UNHASHED', 'without a hash'],
    [`a==1 --hash=md5:${'0'.repeat(32)}`, 'REQUIREMENTS_UNHASHED', 'no sha256 hash'],
    ['--require-hashes\na==1', 'REQUIREMENTS_UNHASHED', '--require-hashes'],
    ['a==1 oops', 'REQUIREMENTS_INVALID', 'not a requirement'],
    ['===', 'REQUIREMENTS_INVALID', 'not a requirement'],
    ['./gone-1.0-py3-none-any.whl', 'REQUIREMENTS_INVALID', 'there is nothing at'],
    ['a @ hg+https://h.example/a', 'REQUIREMENTS_INVALID', 'only git'],
    ['https://h.example/page', 'REQUIREMENTS_INVALID', 'does not end in the name'],
    [`a @ https://h.example/b-1.0-py3-none-any.whl#sha256=${hex}`, 'REQUIREMENTS_INVALID', 'b-1.0-py3-none-any.whl is no wheel of a'],
    ['ftp://h.example/a-1.0.tar.gz', 'REQUIREMENTS_INVALID', 'neither https'],
    ['./requirements.txt', 'REQUIREMENTS_INVALID', 'neither a wheel'],
  ])('are refused: %j', async (text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(message),
      where: { line: expect.any(Number) },
    });
  });

  it('follow --no-binary and --only-binary, the more exact one first', async () => {
    const { pins } = await read(
      `--only-binary=:all:\n--no-binary=b,c\n--only-binary c\n${['a', 'b', 'c'].map((name) => `${name}==1\n`).join('')}`,
    );
    expect(pins.map(({ wheelsAllowed, sourcesAllowed }) => [wheelsAllowed, sourcesAllowed])).toEqual([
      [true, false],
      [false, true],
      [true, false],
    ]);
    const none = await read('--no-binary :all:\n--no-binary :none:\na==1\n');
    expect(none.pins[0]).toMatchObject({ wheelsAllowed: true, sourcesAllowed: true });
  });

  it('keep logins apart from what is installed, which ends in the image', async () => {
    const commit = '0123456789'.repeat(4);
    const { pins } = await read(
      `a @ https://user:secret@h.example/a-1.0-py3-none-any.whl#sha256=${hex}\nb @ git+https://token@git.example/b@${commit}\nc @ git+ssh://git@git.example/c@${commit}\n`,
    );
    expect(pins.map(({ login }) => login)).toEqual([
      'https://user:secret@h.example/a-1.0-py3-none-any.whl',
      'https://token@git.example/b',
      undefined,
    ]);
    const { source, wheels } = pins[0] as RequirementPin;
    expect([source, wheels[0]?.url]).toEqual([
      { kind: 'url', url: 'https://h.example/a-1.0-py3-none-any.whl' },
      'https://h.example/a-1.0-py3-none-any.whl',
    ]);
    expect(pins.slice(1).map((pin) => Object.values(pin.source)[1])).toEqual([
      `https://git.example/b#${commit}`,
      `ssh://git@git.example/c#${commit}`,
    ]);
  });

  it('show no credentials', async () => {
    for (const text of [
      'a @ https://user:secret@h.example/x',
      'https://user:secret@h.example/x',
      'a[ https://user:secret@h',
      'hg+https://user:secret@h/x',
    ]) {
      const error = (await read(text).catch((thrown: unknown) => thrown)) as Error;
      expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret');
    }
  });
});

describe('a hash', () => {
  it('is one of those that the line gives', async () => {
    const { pins } = await read(`a==1 --hash=sha256:${hex} --hash=sha256:${other}\n`);
    expect(pins[0]?.hashes).toEqual([`sha256:${hex}`, `sha256:${other}`]);
  });
});
