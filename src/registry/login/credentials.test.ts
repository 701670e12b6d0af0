import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeHelper } from '../../../test/credentialHelper.ts';
import type { WherryEvent } from '../../events.ts';
import { findCredential, hubServer } from './credentials.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-credentials-'));
});
afterEach(async () => await rm(home, { recursive: true }));

async function write(path: string, content: unknown): Promise<void> {
  const file = join(home, path);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
}

interface Found {
  /** The credential without its place. */
  readonly found: unknown;
  readonly from: string | undefined;
  readonly events: readonly WherryEvent[];
}

async function find(name: string, env: Record<string, string> = {}, patience = 60_000): Promise<Found> {
  const [registry = '', ...path] = name.split('/');
  const events: WherryEvent[] = [];
  const context = {
    env: { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PATH: process.env.PATH, ...env },
    emit: (event: WherryEvent) => void events.push(event),
    signal: new AbortController().signal,
    patience,
  };
  const credential = await findCredential({ registry, repository: path.join('/') }, context);
  const { from, ...found } = credential ?? {};
  return { found: credential === undefined ? undefined : found, from: from?.replace(`${home}/`, ''), events };
}

const password = (username: string) => ({ kind: 'password', username, password: 'pw:1' });
const auth = (username: string) => ({ auth: Buffer.from(`${username}:pw:1`).toString('base64') });

/** A helper that knows one server and answers with `docker-credential-NAME get`'s JSON. */
async function helper(name: string, server: string, answer: unknown): Promise<Record<string, string>> {
  const unknown = 'echo credentials not found in native keychain; exit 1';
  const body = `if [ "$1 $s" = "get ${server}" ]; then echo '${JSON.stringify(answer)}'; else ${unknown}; fi`;
  return { PATH: await writeHelper(join(home, 'bin'), name, body) };
}

describe('findCredential', () => {
  it('finds nothing where there are no files', async () => expect((await find('r.example/a')).found).toBeUndefined());

  it('takes the first place that has something, and says which', async () => {
    const places = [
      ['.config/containers/auth.json', 'config'],
      ['run/containers/auth.json', 'run'],
      ['named.json', 'named'],
      ['.docker/config.json', 'docker'],
      ['.config/wherry/auth.json', 'wherry'],
    ] as const;
    const env = { REGISTRY_AUTH_FILE: join(home, 'named.json') };
    for (const [file, username] of places) {
      await write(file, { auths: { 'r.example': auth(username) } });
      expect(await find('r.example/a', env)).toMatchObject({ found: password(username), from: file });
      expect((await find('s.example/a', env)).found).toBeUndefined();
    }
    const variables = { ...env, WHERRY_REGISTRY: 'r.example', WHERRY_REGISTRY_USERNAME: 'ci', WHERRY_REGISTRY_PASSWORD: 'pw:1' };
    expect(await find('r.example/a', variables)).toMatchObject({ found: password('ci'), from: 'WHERRY_REGISTRY_USERNAME' });
  });

  it('reads auths by host, by URL, and for the default registry', async () => {
    await write('.docker/config.json', {
      auths: { 'r.example': auth('one'), 'https://s.example/v2/': auth('two'), [hubServer]: auth('hub') },
    });
    expect((await find('r.example/a')).found).toEqual(password('one'));
    expect((await find('s.example/a')).found).toEqual(password('two'));
    expect((await find('docker.io/library/a')).found).toEqual(password('hub'));
    expect((await find('r.example:5000/a')).found).toBeUndefined();
    expect((await find('evil-r.example/a')).found).toBeUndefined();
    expect((await find('r.example.evil.example/a')).found).toBeUndefined();
  });

  it('prefers the longest path, by whole segments, and passes over entries without a login', async () => {
    await write('auth.json', {
      auths: { 'r.example': auth('host'), 'r.example/team': auth('team'), 'r.example/team/empty': {}, 'https://r.example': auth('url') },
    });
    const env = { REGISTRY_AUTH_FILE: join(home, 'auth.json') };
    expect((await find('r.example/team/app', env)).found).toEqual(password('team'));
    expect((await find('r.example/team/empty', env)).found).toEqual(password('team'));
    expect((await find('r.example/team', env)).found).toEqual(password('team'));
    expect((await find('r.example/team2/app', env)).found).toEqual(password('host'));
  });

  it('knows identity and registry tokens', async () => {
    await write('.docker/config.json', {
      auths: { 'a.example': { identitytoken: 'i' }, 'b.example': { registrytoken: 'r' }, 'c.example': { auth: 'bm9jb2xvbg==' } },
    });
    expect((await find('a.example/x')).found).toEqual({ kind: 'identity', token: 'i' });
    expect((await find('b.example/x')).found).toEqual({ kind: 'bearer', token: 'r' });
    expect((await find('c.example/x')).found).toBeUndefined();
  });

  it('names a broken file without its content, and takes an empty one for none', async () => {
    await write('.docker/config.json', '{"auths": secret');
    await expect(find('r.example/a')).rejects.toMatchObject({ code: 'REGISTRY_CONFIG', message: expect.not.stringContaining('secret') });
    await write('.docker/config.json', '\n');
    expect((await find('r.example/a')).found).toBeUndefined();
  });

  it('takes DOCKER_CONFIG as a directory', async () => {
    await write('other/config.json', { auths: { 'r.example': auth('one') } });
    expect((await find('r.example/a', { DOCKER_CONFIG: join(home, 'other') })).found).toEqual(password('one'));
  });
});

describe('credential helpers', () => {
  it('are asked before auths: the one of the host, else the store', async () => {
    const store = await helper('store', hubServer, { ServerURL: hubServer, Username: 'me', Secret: 'pw:1' });
    const env = { ...store, ...(await helper('host', 'r.example', { ServerURL: 'r.example', Username: '<token>', Secret: 's' })) };
    await write('.docker/config.json', {
      credsStore: 'store',
      credHelpers: { 'r.example': 'host' },
      auths: { 'r.example': auth('file'), 's.example': auth('two') },
    });
    expect(await find('r.example/a', env)).toMatchObject({ found: { kind: 'identity', token: 's' }, from: 'docker-credential-host' });
    expect(await find('docker.io/library/a', env)).toMatchObject({ found: password('me'), from: 'docker-credential-store' });
    expect(await find('s.example/a', env)).toMatchObject({ found: password('two'), events: [] });
  });

  it.each([
    ['is missing', undefined, 'there is no such program'],
    ['ends with an error', 'echo canary-7f3; echo canary-7f3 >&2; exit 3', 'it ended with status 3'],
    ['crashes', 'kill -9 $$', 'it ended with SIGKILL'],
    ['prints garbage', 'echo canary-7f3', 'it printed something else'],
    ['prints half an answer', `echo '{"Username":"canary-7f3"}'`, 'it printed something else'],
  ])('that %s are a warning, which does not quote them', async (_name, body, why) => {
    const env = body === undefined ? {} : { PATH: await writeHelper(join(home, 'bin'), 'bad', body) };
    await write('.docker/config.json', { credsStore: 'bad' });
    const { found, events } = await find('r.example/a', env);
    expect(found).toBeUndefined();
    expect(events).toEqual([{ type: 'warning', message: expect.stringContaining(why), hint: expect.any(String) }]);
    expect(JSON.stringify(events)).not.toContain('canary');
  });

  it('that hang are given up, whatever they started', async () => {
    const env = { PATH: await writeHelper(join(home, 'bin'), 'slow', 'sleep 20; echo late') };
    await write('.docker/config.json', { credsStore: 'slow' });
    const { found, events } = await find('r.example/a', env, 200);
    expect(found).toBeUndefined();
    expect(events).toMatchObject([{ type: 'warning', message: expect.stringContaining('no answer within 0.2 s') }]);
  });

  it('are programs of PATH, never paths', async () => {
    await write('.docker/config.json', { credHelpers: { 'r.example': '../../bin/sh' } });
    const { found, events } = await find('r.example/a');
    expect(found).toBeUndefined();
    expect(events).toMatchObject([{ type: 'warning', message: expect.stringContaining('not the name of a program') }]);
  });
});

describe('WHERRY_REGISTRY variables', () => {
  const login = { WHERRY_REGISTRY_USERNAME: 'ci', WHERRY_REGISTRY_PASSWORD: 'canary-7f3' };
  const canary = { kind: 'password', username: 'ci', password: 'canary-7f3' };

  it.each([
    ['r.example', 'r.example/a', true],
    ['r.example', 'r.example:5000/a', false],
    ['r.example', 's.example/a', false],
    ['r.example/team', 'r.example/team/app', true],
    ['r.example/team/', 'r.example/team', true],
    ['r.example/team', 'r.example/team2/app', false],
    ['index.docker.io', 'docker.io/library/a', true],
  ])('for %s are sent to %s: %s', async (WHERRY_REGISTRY, name, sent) => {
    expect((await find(name, { ...login, WHERRY_REGISTRY })).found).toEqual(sent ? canary : undefined);
  });

  it('may be a ready Bearer token', async () => {
    const env = { WHERRY_REGISTRY: 'r.example', WHERRY_REGISTRY_TOKEN: 't', WHERRY_REGISTRY_USERNAME: '' };
    expect((await find('r.example/a', env)).found).toEqual({ kind: 'bearer', token: 't' });
  });

  it.each([
    ['WHERRY_REGISTRY does not say for which', login],
    ['without WHERRY_REGISTRY_PASSWORD', { WHERRY_REGISTRY: 'r.example', WHERRY_REGISTRY_USERNAME: 'ci' }],
    ['without WHERRY_REGISTRY_USERNAME', { WHERRY_REGISTRY: 'r.example', WHERRY_REGISTRY_PASSWORD: 'canary-7f3' }],
    ['one of the two', { ...login, WHERRY_REGISTRY: 'r.example', WHERRY_REGISTRY_TOKEN: 'canary-7f3' }],
    ['not HOST[:PORT]', { ...login, WHERRY_REGISTRY: 'https://user:canary-7f3@r.example/' }],
  ])('that do not belong together are refused: %s', async (message, env) => {
    const refused = await find('other.example/a', env).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'REGISTRY_CONFIG', message: expect.stringContaining(message) });
    expect(JSON.stringify(refused)).not.toContain('canary');
    expect(String(refused)).not.toContain('canary');
  });
});
