import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WherryEvent } from '../events.ts';
import { findCredential, hubServer } from './credentials.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-credentials-'));
});
afterEach(async () => await rm(home, { recursive: true }));

async function write(path: string, content: unknown): Promise<void> {
  const file = join(home, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o755 });
}

async function find(name: string, env: Record<string, string> = {}) {
  const [registry = '', ...path] = name.split('/');
  const events: WherryEvent[] = [];
  const context = {
    env: { HOME: home, PATH: process.env.PATH, ...env },
    emit: (event: WherryEvent) => void events.push(event),
    signal: new AbortController().signal,
  };
  return { found: await findCredential({ registry, repository: path.join('/') }, context), events };
}

const password = (username: string) => ({ kind: 'password', username, password: 'pw:1' });
const auth = (username: string) => ({ auth: Buffer.from(`${username}:pw:1`).toString('base64') });

/** A helper that knows one server and answers with `docker-credential-NAME get`'s JSON. */
async function helper(name: string, server: string, answer: unknown): Promise<Record<string, string>> {
  const json = JSON.stringify(answer);
  await write(
    `bin/docker-credential-${name}`,
    `#!/bin/sh\nread s\nif [ "$1 $s" = "get ${server}" ]; then echo '${json}'; else echo credentials not found in native keychain; exit 1; fi\n`,
  );
  return { PATH: `${join(home, 'bin')}${delimiter}${process.env.PATH}` };
}

describe('findCredential', () => {
  it('finds nothing where there are no files', async () => expect((await find('r.example/a')).found).toBeUndefined());

  it('reads auths by host, by URL, and for the default registry', async () => {
    await write('.docker/config.json', {
      auths: { 'r.example': auth('one'), 'https://s.example/v2/': auth('two'), [hubServer]: auth('hub') },
    });
    expect((await find('r.example/a')).found).toEqual(password('one'));
    expect((await find('s.example/a')).found).toEqual(password('two'));
    expect((await find('docker.io/library/a')).found).toEqual(password('hub'));
    expect((await find('r.example:5000/a')).found).toBeUndefined();
    expect((await find('evil-r.example/a')).found).toBeUndefined();
  });

  it('prefers the longest path of containers auth files', async () => {
    await write('auth.json', { auths: { 'r.example': auth('host'), 'r.example/team': auth('team') } });
    const env = { REGISTRY_AUTH_FILE: join(home, 'auth.json') };
    expect((await find('r.example/team/app', env)).found).toEqual(password('team'));
    expect((await find('r.example/teams/app', env)).found).toEqual(password('host'));
  });

  it('knows identity and registry tokens', async () => {
    await write('.docker/config.json', {
      auths: { 'a.example': { identitytoken: 'i' }, 'b.example': { registrytoken: 'r' }, 'c.example': { auth: 'bm9jb2xvbg==' } },
    });
    expect((await find('a.example/x')).found).toEqual({ kind: 'identity', token: 'i' });
    expect((await find('b.example/x')).found).toEqual({ kind: 'bearer', token: 'r' });
    expect((await find('c.example/x')).found).toBeUndefined();
  });

  it('asks the helper of a host, then the store, then auths', async () => {
    const env = await helper('test', 'r.example', { ServerURL: 'r.example', Username: '<token>', Secret: 's' });
    await write('.docker/config.json', { credsStore: 'test', auths: { 'r.example': {}, 's.example': auth('two') } });
    expect((await find('r.example/a', env)).found).toEqual({ kind: 'identity', token: 's' });
    const other = await find('s.example/a', env);
    expect(other.found).toEqual(password('two'));
    expect(other.events).toEqual([]);
  });

  it('warns about a helper that cannot run and goes on', async () => {
    await write('.docker/config.json', { credHelpers: { 'r.example': 'missing-here', 's.example': '../../bin/sh' } });
    for (const name of ['r.example/a', 's.example/a']) {
      const { found, events } = await find(name);
      expect(found).toBeUndefined();
      expect(events).toEqual([expect.objectContaining({ type: 'warning' })]);
    }
  });

  it('names a broken file without its content', async () => {
    await write('.docker/config.json', '{"auths": secret');
    await expect(find('r.example/a')).rejects.toMatchObject({ code: 'REGISTRY_CONFIG', message: expect.not.stringContaining('secret') });
  });

  it('takes DOCKER_CONFIG as a directory', async () => {
    await write('other/config.json', { auths: { 'r.example': auth('one') } });
    expect((await find('r.example/a', { DOCKER_CONFIG: join(home, 'other') })).found).toEqual(password('one'));
  });
});
