import { symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type FixtureFiles, projectFixture } from '../../project/fixture.ts';
import { readRequirements } from './read.ts';
import type { RequirementsSet } from './types.ts';

async function read(files: FixtureFiles, names: readonly string[] = ['requirements.txt'], env = {}): Promise<RequirementsSet> {
  await using fixture = await projectFixture(files);
  const set = await readRequirements(
    names.map((name) => path.join(fixture.directory, name)),
    { boundary: fixture.directory, env },
  );
  return JSON.parse(JSON.stringify(set).replaceAll(fixture.directory, '')) as RequirementsSet;
}

const sha = `sha256:${'ab'.repeat(32)}`;

describe('requirements files', () => {
  it('give requirements with hashes, and where they stand', async () => {
    const { lines } = await read({
      'requirements.txt': `a==1 ; python_version < '4' \\\n  --hash=${sha} --hash ${sha.toUpperCase()}\n\n-e ./lib\n`,
    });
    expect(lines).toEqual([
      { text: "a==1 ; python_version < '4'", hashes: [sha, sha], editable: false, where: { file: '/requirements.txt', line: 1 } },
      { text: './lib', hashes: [], editable: true, where: { file: '/requirements.txt', line: 4 } },
    ]);
  });

  it('include others, relative to themselves and once, and constraints apart', async () => {
    const set = await read({
      'requirements.txt': '-r deps/base.txt\n--requirement=deps/base.txt\n-cdeps/limits.txt\nb==1\n',
      'deps/base.txt': '-r more.txt\na==1\n',
      'deps/more.txt': 'm==1\n-c limits.txt',
      'deps/limits.txt': 'z==9\n-r more-limits.txt',
      'deps/more-limits.txt': 'y==9\n',
    });
    expect(set.lines.map(({ text }) => text)).toEqual(['m==1', 'a==1', 'b==1']);
    expect(set.constraints.map(({ text }) => text)).toEqual(['z==9', 'y==9']);
  });

  it('name indexes and files', async () => {
    const set = await read(
      {
        'requirements.txt': `-i https://user:\${TOKEN}@a.example/simple\n-r sub/x.txt\n--no-index\n`,
        'sub/x.txt': '--extra-index-url https://b.example\n-f wheels --find-links=https://c.example/page\n',
      },
      ['requirements.txt'],
      { TOKEN: 't' },
    );
    expect(set.indexes).toEqual({
      index: { url: 'https://user:t@a.example/simple', kind: 'simple', origin: 'requirements.txt:1' },
      extra: [{ url: 'https://b.example', kind: 'simple', origin: 'x.txt:1' }],
      findLinks: [
        { url: '/sub/wheels', kind: 'flat', origin: 'x.txt:2' },
        { url: 'https://c.example/page', kind: 'flat', origin: 'x.txt:2' },
      ],
      noIndex: true,
    });
  });

  it('say which formats are allowed, and what has no effect here', async () => {
    const set = await read({
      'requirements.txt':
        '--only-binary :all:\n--no-binary=My_Pkg,other\n--pre --prefer-binary\n--require-hashes\n--trusted-host h.example\na==1 --global-option=x\n',
    });
    expect(set.formats).toEqual([
      { only: 'wheels', names: [':all:'] },
      { only: 'sources', names: ['my-pkg', 'other'] },
    ]);
    expect(set.requireHashes).toMatchObject({ line: 4 });
    expect(set.notes).toEqual([expect.stringContaining('--trusted-host'), expect.stringContaining('--global-option')]);
  });

  it.each<[FixtureFiles, number | undefined, string]>([
    [{ 'requirements.txt': '--frobnicate x\n' }, 1, 'is no option'],
    [{ 'requirements.txt': 'a==1 --frobnicate\n' }, 1, 'is no option'],
    [{ 'requirements.txt': '\n-r\n' }, 2, 'needs a value'],
    [{ 'requirements.txt': 'a==1 --hash=sha256:12\n' }, 1, '--hash must be'],
    [{ 'requirements.txt': '-r https://h.example/r.txt\n' }, 1, 'on a server'],
    [
      { 'requirements.txt': '-r a.txt\n', 'a.txt': '\n-r b.txt\n', 'b.txt': '-r requirements.txt' },
      1,
      'requirements.txt → a.txt → b.txt → requirements.txt',
    ],
    [{ 'requirements.txt': '-r ../../../../etc/hostname\n' }, 1, 'outside of the project'],
    [{ 'requirements.txt': '-r sub\n', 'sub/x': '' }, 1, 'is no file'],
    [{ 'requirements.txt': Buffer.from([0x63, 0xe9]) }, undefined, 'is not text'],
  ])('are refused with a place: %#', async (files, line, message) => {
    await expect(read(files)).rejects.toMatchObject({
      code: 'REQUIREMENTS_INVALID',
      message: expect.stringContaining(message),
      ...(line === undefined ? {} : { where: { line } }),
    });
  });

  it('that are missing are named where they are asked for', async () => {
    await expect(read({ 'requirements.txt': '\n-r gone.txt\n' })).rejects.toMatchObject({
      code: 'REQUIREMENTS_MISSING',
      where: { line: 2 },
    });
    await expect(read({}, ['gone.txt'])).rejects.toMatchObject({ code: 'REQUIREMENTS_MISSING' });
  });

  it('are neither read through links out of the project nor when they are huge', async () => {
    await using outside = await projectFixture({ secret: 'password\n' });
    await using fixture = await projectFixture({ 'big.txt': '#'.repeat(17 * 1024 * 1024) });
    const file = (name: string) => path.join(fixture.directory, name);
    await symlink(path.join(outside.directory, 'secret'), file('link.txt'));
    await writeFile(file('many.txt'), Array.from({ length: 501 }, (_, at) => `-r ${at}.txt`).join('\n'));
    await Promise.all(Array.from({ length: 501 }, (_, at) => writeFile(file(`${at}.txt`), '')));
    const open = (name: string) => readRequirements([file(name)], { boundary: fixture.directory, env: {} });
    await expect(open('link.txt')).rejects.toMatchObject({ message: expect.stringContaining('outside of the project') });
    await expect(open('big.txt')).rejects.toMatchObject({ message: expect.stringContaining('at most') });
    await expect(open('many.txt')).rejects.toMatchObject({ message: expect.stringContaining('more than 500 files') });
  });

  it('show no line, which may hold credentials', async () => {
    const error = await read({ 'requirements.txt': '--unknown=https://user:secret@h.example\n' }).catch((thrown: unknown) => thrown);
    expect(`${(error as Error).message} ${JSON.stringify(error)}`).not.toContain('secret');
  });
});
