import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { selfSigned } from '../../../test/certificate.ts';
import { writeHelper, writeKeepingHelper } from '../../../test/credentialHelper.ts';
import { startForTest } from '../../../test/registry-client.ts';
import { createHttp } from '../../http/index.ts';
import { type Place, parsePlace } from '../place.ts';
import { registrySettings } from '../route/settings.ts';
import { findCredential } from './credentials.ts';
import { changeLogin } from './file.ts';
import { checkLogin, forgetLogin, otherLogins, saveLogin } from './login.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-login-'));
});
afterEach(async () => {
  await rm(home, { recursive: true });
});

const place = (text: string): Place => parsePlace(text) as Place;

function contextOf(env: Record<string, string> = {}, insecure: readonly string[] = []) {
  return {
    http: createHttp({ env: {}, wait: async () => {} }),
    env: { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), PATH: process.env.PATH, ...env },
    registries: registrySettings({}, insecure),
    emit: () => {},
    signal: new AbortController().signal,
  };
}

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(join(home, path)), { recursive: true });
  await writeFile(join(home, path), JSON.stringify(content), { mode: 0o600 });
}

const own = '.config/wherry/auth.json';
const entry = (username: string) => ({ auth: Buffer.from(`${username}:canary-7f3`).toString('base64') });
const login = (registry: string, username = 'me') => ({ place: place(registry), username, password: 'canary-7f3' });
const found = (username: string) => ({ kind: 'password', username, password: 'canary-7f3' });

describe('checkLogin', () => {
  it.each(['basic', 'bearer'] as const)('believes the registry: %s', async (kind) => {
    const server = await startForTest({ login: kind, anonymous: true });
    const attempt = { place: place(server.host), username: 'user', password: 'secret' };
    expect(await checkLogin(attempt, contextOf())).toBe(true);
    const wrong = await checkLogin({ ...attempt, password: 'canary-7f3' }, contextOf()).catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'REGISTRY_AUTH', message: `${server.host} does not accept this user name and password` });
    expect(JSON.stringify(wrong)).not.toContain('canary');
    expect(server.count(/^GET \/v2\/$/)).toBe(kind === 'basic' ? 4 : 3);
  });

  it('cannot tell where everyone may come in', async () => {
    const server = await startForTest();
    expect(await checkLogin(login(server.host), contextOf())).toBe(false);
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each([
    [404, {}, 'REGISTRY_NOT_FOUND'],
    [500, {}, 'REGISTRY_PROTOCOL'],
    [401, {}, 'REGISTRY_PROTOCOL'],
    [401, { 'www-authenticate': 'Negotiate' }, 'REGISTRY_PROTOCOL'],
    [401, { 'www-authenticate': 'Bearer realm="http://tokens.example/"' }, 'NETWORK_REFUSED_URL'],
  ])('sends nothing to a server that answers %i %j', async (status, headers, code) => {
    const server = await startForTest({ intercept: (_request, response) => Boolean(response.writeHead(status, headers).end()) });
    await expect(checkLogin(login(server.host), contextOf())).rejects.toMatchObject({ code });
    expect(server.seen.map((seen) => seen.headers.authorization).filter(Boolean)).toEqual([]);
  });

  it('says so if nobody answers', async () => {
    const server = await startForTest();
    await server.close();
    await expect(checkLogin(login(server.host), contextOf())).rejects.toMatchObject({ code: 'NETWORK_UNREACHABLE' });
  });

  it('reaches insecure hosts', async () => {
    const server = await startForTest({ login: 'bearer', anonymous: false, tls: selfSigned() });
    const attempt = { place: place(server.host), username: 'user', password: 'secret' };
    expect(await checkLogin(attempt, contextOf({}, [server.host]))).toBe(true);
  });
});

describe('a login is kept', () => {
  it('in the own file, for its registry or path', async () => {
    const context = contextOf();
    expect(await saveLogin(login('docker.io', 'hub'), context)).toBe(join(home, own));
    await saveLogin(login('r.example/team', 'team'), context);
    expect(await findCredential({ registry: 'docker.io', repository: 'library/a' }, context)).toMatchObject(found('hub'));
    expect(await findCredential({ registry: 'r.example', repository: 'team/a' }, context)).toMatchObject(found('team'));
    expect(await findCredential({ registry: 'r.example', repository: 'team2/a' }, context)).toBeUndefined();
  });

  it.each([
    ['credHelpers', { credHelpers: { 'r.example': 'keep' } }],
    ['credsStore', { credsStore: 'keep' }],
  ])('by the helper of %s, which replaces an older one in the file', async (_name, config) => {
    await changeLogin(join(home, own), 'r.example', entry('old'));
    await write('.docker/config.json', config);
    const context = contextOf({ PATH: await writeKeepingHelper(join(home, 'bin'), 'keep') });
    expect(await saveLogin(login('r.example', 'm"e'), context)).toBe('docker-credential-keep');
    expect(await findCredential({ registry: 'r.example', repository: 'a' }, context)).toMatchObject(found('m"e'));
    expect(await readFile(join(home, own), 'utf8')).not.toContain('r.example');
    expect(await forgetLogin(place('r.example'), context)).toEqual({ removed: ['docker-credential-keep'], left: [] });
    expect(await findCredential({ registry: 'r.example', repository: 'a' }, context)).toBeUndefined();
    expect(await forgetLogin(place('r.example'), context)).toEqual({ removed: [], left: [] });
  });

  it('in the file if it holds for a path, which helpers do not know', async () => {
    await write('.docker/config.json', { credsStore: 'missing-here' });
    expect(await saveLogin(login('r.example/team'), contextOf())).toBe(join(home, own));
  });

  it.each([
    ['missing', undefined, 'there is no such program'],
    ['failing', 'echo "$s"; exit 1', 'it ended with status 1'],
  ])('nowhere if the helper is %s', async (_name, body, why) => {
    const env = body === undefined ? {} : { PATH: await writeHelper(join(home, 'bin'), 'bad', body) };
    await write('.docker/config.json', { credsStore: 'bad' });
    const refused = await saveLogin(login('r.example'), contextOf(env)).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'REGISTRY_HELPER', message: expect.stringContaining(why) });
    expect(JSON.stringify(refused)).not.toContain('canary');
    await expect(readFile(join(home, own))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('forgetLogin', () => {
  it('says where other tools still keep one', async () => {
    await saveLogin(login('r.example'), contextOf());
    await write('.docker/config.json', { auths: { 'r.example': entry('docker'), 's.example': entry('s') } });
    await write('run/containers/auth.json', { auths: { 'r.example': entry('podman') } });
    const left = [join(home, '.docker/config.json'), join(home, 'run/containers/auth.json')];
    expect(await forgetLogin(place('r.example'), contextOf())).toEqual({ removed: [join(home, own)], left });
    expect(await forgetLogin(place('t.example'), contextOf())).toEqual({ removed: [], left: [] });
  });
});

it('otherLogins names variables that come first', async () => {
  const env = { WHERRY_REGISTRY: 'r.example/team', WHERRY_REGISTRY_TOKEN: 'canary-7f3' };
  expect(await otherLogins(place('r.example/team'), contextOf(env).env)).toEqual(['WHERRY_REGISTRY_TOKEN']);
  expect(await otherLogins(place('r.example'), contextOf(env).env)).toEqual([]);
});
