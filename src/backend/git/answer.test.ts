import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildLayout } from '../layout.ts';
import { answerGit } from './answer.ts';
import { findGit } from './place.ts';

const { signal } = new AbortController();
const env = { PATH: process.env.PATH };
let top: string;

const git = (...words: string[]) => {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@a.example', '-c', 'init.defaultBranch=main', '-c', 'commit.gpgSign=false'];
  return execFileSync('git', [...identity, ...words], { cwd: top, stdio: 'pipe' })
    .toString()
    .trim();
};

beforeAll(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), 'wherry-git-')));
  git('init', '-q');
  await mkdir(join(top, 'packages/a'), { recursive: true });
  await writeFile(join(top, 'packages/a/x.txt'), 'x');
  git('add', '.');
  git('commit', '-qm', 'first');
  git('tag', 'v1.2');
});

afterAll(async () => {
  await rm(top, { recursive: true, force: true });
});

async function ask(words: readonly string[], { directory = top, cwd = '/build/source' } = {}) {
  const place = await findGit(directory, { env, signal });
  if (place === undefined) throw new Error('no work tree');
  const { status, stdout, stderr } = await answerGit({ arguments: words, cwd }, { place, layout: buildLayout({}, place.prefix), signal });
  return { status, text: Buffer.from(stdout).toString(), stderr };
}

describe('answerGit', () => {
  it('answers as git does', async () => {
    expect(await ask(['describe', '--tags', '--long'])).toMatchObject({
      status: 0,
      text: `v1.2-0-g${git('rev-parse', '--short', 'HEAD')}\n`,
    });
    expect((await ask(['describe', '--tags', '--exact-match', '--match', 'x*'])).status).toBe(128);
  });

  it('tells no path of this machine', async () => {
    const directory = join(top, 'packages/a');
    const cwd = '/build/source/packages/a';
    expect((await ask(['rev-parse', '--show-toplevel'], { directory, cwd })).text).toBe('/build/source\n');
    expect((await ask(['rev-parse', '--show-prefix'], { directory, cwd })).text).toBe('packages/a/\n');
    expect((await ask(['rev-parse', '--absolute-git-dir'])).text).toBe('/build/source/.git\n');
    expect((await ask(['rev-parse', 'nothing'])).stderr).not.toContain(top);
    git('worktree', 'add', '-q', '--detach', join(top, '../linked'));
    try {
      const linked = join(top, '../linked');
      expect((await ask(['rev-parse', '--git-dir'], { directory: linked })).text).toBe('/build/source/.git\n');
    } finally {
      git('worktree', 'remove', '--force', join(top, '../linked'));
    }
  });

  it('stands in the work tree, wherever it is told to stand', async () => {
    await symlink('/', join(top, 'out'));
    const prefix = async (cwd: string) => (await ask(['rev-parse', '--show-prefix'], { cwd })).text;
    expect(await prefix('/build/source/packages')).toBe('packages/\n');
    for (const cwd of ['/', '/build/source/../../etc', '/build/source/out/etc', '/build/source/absent', '/build/source/packages/a/x.txt'])
      expect(await prefix(cwd), cwd).toBe('\n');
  });

  it('refuses what is not a question', async () => {
    expect(await ask(['tag', 'v2'])).toEqual({ status: -1, text: '', stderr: 'git tag v2 is not allowed here\n' });
    expect(git('tag')).toBe('v1.2');
  });

  it('starts no program that the repository names', async () => {
    const mark = join(top, 'ran');
    const program = `touch ${mark}; cat`;
    for (const key of ['core.fsmonitor', 'diff.external', 'filter.x.clean', 'core.pager', 'gpg.program', 'core.sshCommand'])
      git('config', key, program);
    git('config', 'log.showSignature', 'true');
    await writeFile(join(top, '.git/info/attributes'), '* filter=x diff=x\n');
    await writeFile(join(top, 'packages/a/x.txt'), 'y');
    const questions = [
      ['status', '--porcelain'],
      ['describe', '--tags', '--dirty'],
      ['log', '-1', '--format=%H'],
    ];
    for (const words of questions) expect(await ask(words)).toMatchObject({ status: 0 });
    expect(existsSync(mark)).toBe(false);
    expect((await ask(['status', '--porcelain', '--untracked-files=no'])).text).toBe(' M packages/a/x.txt\n');
    expect((await ask(['describe', '--tags', '--dirty'])).text).toBe('v1.2-dirty\n');
    // They are started where nobody looks after it.
    execFileSync('git', ['status'], { cwd: top, stdio: 'pipe' });
    expect(existsSync(mark)).toBe(true);
  });

  it('finds no work tree outside of one', async () => {
    expect(await findGit(tmpdir(), { env, signal })).toBeUndefined();
    expect(await findGit(top, { env: { PATH: '/nonexistent' }, signal })).toBeUndefined();
  });
});
