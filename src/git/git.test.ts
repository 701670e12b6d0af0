import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitServer } from '../../test/gitServer.ts';
import type { Context } from '../context.ts';
import { errorCode } from '../project/fixture.ts';
import { contextWith } from '../resolve/fixture.ts';
import { openStore } from '../store/index.ts';
import { readTarBytes } from '../tar/index.ts';
import { fetchCommit, gitUrl, parseGitSource } from './index.ts';
import { parsePointer } from './lfs.ts';
import { submoduleUrl } from './tree.ts';

let folder: string;
let server: Awaited<ReturnType<typeof gitServer>>;
let commit: string;
let inner: string;

function git(directory: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=a', '-c', 'user.email=a@b.example', '-c', 'commit.gpgsign=false', '-c', 'protocol.file.allow=always'];
  return execFileSync('git', ['-C', directory, ...identity, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
}

async function repository(name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const directory = join(folder, name);
  await mkdir(directory, { recursive: true });
  git(directory, 'init', '--quiet', '--initial-branch=main');
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text, { mode: path.endsWith('.sh') ? 0o755 : 0o644 });
  }
  return directory;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-git-'));
  const module = await repository('inner', { 'inner.txt': 'inside\n' });
  git(module, 'add', '.');
  git(module, 'commit', '--quiet', '-m', 'one');
  inner = git(module, 'rev-parse', 'HEAD');
  const outer = await repository('outer', {
    'a.txt': 'one\n',
    'run.sh': '#!/bin/sh\n',
    'a/é.py': 'x = 1\n',
    // What a checkout would change: line ends, identities, and files left out of archives.
    '.gitattributes': '*.txt text eol=crlf\n*.py ident\na.txt export-ignore\n',
    '.gitmodules': '[submodule "vendored"]\n\tpath = vendored\n\turl = ../inner\n',
  });
  await symlink('a.txt', join(outer, 'link'));
  git(outer, 'add', '.');
  git(outer, 'update-index', '--add', '--cacheinfo', `160000,${inner},vendored`);
  git(outer, 'commit', '--quiet', '-m', 'one');
  commit = git(outer, 'rev-parse', 'HEAD');
  await writeFile(join(outer, 'a.txt'), 'two\n');
  git(outer, 'commit', '--quiet', '-am', 'two');
  server = await gitServer(folder);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function context(more: Partial<Context> = {}): Promise<Context> {
  const store = await openStore({ env: {}, directory: mkdtempSync(join(folder, 'store-')) });
  return contextWith({ store, env: { PATH: process.env.PATH, HOME: folder }, ...more });
}

const wanted = (more: object = {}) => ({ url: `${server.origin}/outer`, commit, lfs: false, label: 'outer 1.0', ...more });

async function files(ctx: Context, more: object = {}) {
  const digest = await fetchCommit(wanted(more), { ctx });
  const bytes = await ctx.store.read(digest);
  return [...readTarBytes(bytes ?? new Uint8Array(0))].map(({ path, type, mode, linkname, data }) =>
    type === 'symlink' ? `${path} -> ${linkname}` : `${path} ${mode.toString(8)} ${JSON.stringify(Buffer.from(data).toString())}`,
  );
}

describe('a commit', () => {
  it('is fetched once, as it is in git, with its submodules', async () => {
    const ctx = await context();
    const expected = [
      '.gitattributes 644 "*.txt text eol=crlf\\n*.py ident\\na.txt export-ignore\\n"',
      expect.stringMatching(/^\.gitmodules 644 /),
      'a.txt 644 "one\\n"',
      'a/é.py 644 "x = 1\\n"',
      'link -> a.txt',
      'run.sh 755 "#!/bin/sh\\n"',
      'vendored/inner.txt 644 "inside\\n"',
    ];
    expect(await files(ctx)).toEqual(expected);
    const asked = server.seen.length;
    expect(await files(ctx)).toEqual(expected);
    expect(await files({ ...ctx, offline: true })).toEqual(expected);
    expect(server.seen.length).toBe(asked);
  });

  it('runs nothing that the user or the repository configures', async () => {
    const marker = join(folder, 'ran');
    await writeFile(join(folder, '.gitconfig'), `[core]\n\tfsmonitor = "touch ${marker}"\n\thooksPath = ${folder}/hooks\n`);
    await mkdir(join(folder, 'hooks'), { recursive: true });
    for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change']) {
      await writeFile(join(folder, 'hooks', hook), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 });
    }
    await files(await context());
    expect(await errorCode(import('node:fs/promises').then(({ stat }) => stat(marker)))).toBe('ENOENT');
    rmSync(join(folder, '.gitconfig'));
  });

  it('needs a login where the server does, which never becomes an argument', async () => {
    server.protect('me:pass word');
    const ctx = await context();
    expect(await errorCode(fetchCommit(wanted(), { ctx }))).toBe('GIT_FAILED');
    const authorization = `Basic ${Buffer.from('me:pass word').toString('base64')}`;
    await fetchCommit(wanted(), { ctx, authorize: async () => ({ authorization }) });
    server.protect(undefined);
  });

  it.each([
    [{ url: 'file:///tmp/x' }, 'GIT_URL_REFUSED'],
    [{ url: 'ext::sh -c true' }, 'GIT_URL_REFUSED'],
    [{ url: 'http://git.example/x' }, 'GIT_URL_REFUSED'],
    [{ url: 'ssh://-oProxyCommand=x/y' }, 'GIT_URL_REFUSED'],
    [{ commit: '12'.repeat(20) }, 'GIT_COMMIT_MISSING'],
    [{ path: '/none' }, 'GIT_FAILED'],
  ])('is refused %j', async (more, code) => {
    const url = 'path' in more ? { url: `${server.origin}${more.path}` } : more;
    expect(await errorCode(fetchCommit(wanted(url), { ctx: await context() }))).toBe(code);
  });

  it('is not fetched offline, nor without git', async () => {
    expect(await errorCode(fetchCommit(wanted(), { ctx: await context({ offline: true }) }))).toBe('OFFLINE_MISSING');
    expect(await errorCode(fetchCommit(wanted(), { ctx: await context({ env: { PATH: '/nowhere' } }) }))).toBe('GIT_MISSING');
  });

  it('says what is wrong without any secret', async () => {
    const secret = { url: `${server.origin.replace('//', '//user:hunter2@')}/none` };
    const error: unknown = await fetchCommit(wanted(secret), { ctx: await context() }).catch((caught: unknown) => caught);
    expect(JSON.stringify([String(error), error])).not.toContain('hunter2');
  });
});

it('takes sources of uv.lock apart', () => {
  expect(parseGitSource(`ssh://git@host.example/a/b?tag=v1&subdirectory=x%20y#${'ab'.repeat(20)}`)).toEqual({
    url: 'ssh://git@host.example/a/b',
    commit: 'ab'.repeat(20),
    requested: 'v1',
    subdirectory: 'x y',
    path: undefined,
    lfs: false,
  });
  expect(gitUrl('https://git.example/a.git').href).toBe('https://git.example/a.git');
});

it.each([
  ['../inner.git', 'https://h.example/a/outer', 'https://h.example/a/inner.git'],
  ['./inner', 'ssh://git@h.example/a/outer', 'ssh://git@h.example/a/outer/inner'],
  ['git@h.example:a/b.git', 'https://x.example/y', 'ssh://git@h.example/a/b.git'],
  ['https://h.example/c', 'https://x.example/y', 'https://h.example/c'],
])('places the submodule %s of %s', (url, parent, expected) => {
  expect(submoduleUrl(url, parent)).toBe(expected);
});

it('knows pointers of large files', () => {
  const id = 'ab'.repeat(32);
  const pointer = `version https://lfs.example/spec/v1\noid sha256:${id}\nsize 12\n`;
  expect(parsePointer(Buffer.from(pointer))).toEqual({ id, size: 12 });
  expect(parsePointer(Buffer.from(`${pointer}${'x'.repeat(1024)}`))).toBeUndefined();
  expect(parsePointer(Buffer.from('version 1\n'))).toBeUndefined();
});
