import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { start, until } from './command.ts';
import { type PrivateIndex, startPrivateIndex, writeGreeter } from './greeter.ts';
import { freePort } from './network.ts';
import { push, pythonBase } from './pythonBase.ts';
import { type Distribution, startDistribution } from './registries.ts';
import { checkout, digestIn, type Outcome, wherry } from './wherry.ts';

let home = '';
let index: PrivateIndex;
let registry: Distribution;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-login-'));
  [index, registry] = await Promise.all([startPrivateIndex(), startDistribution(join(home, 'registry'))]);
});
afterAll(async () => {
  await registry?.stop();
  await index?.close();
  await rm(home, { recursive: true, force: true });
});

const project = (): string => join(home, 'project');
/** The least that needs the registry: whether the base's tag is still what it was. */
const asksForBase = (): string[] => ['lock', '--check', project()];
const file = (): string => join(home, '.config/wherry/auth.json');

/** Runs Wherry in a home without any other login; neither password may show. */
async function run(args: readonly string[], env: Record<string, string> = {}): Promise<Outcome> {
  const outcome = await wherry(args, { env: { ...index.env, HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), ...env } });
  for (const secret of ['canary-7f3', 'user:secret', Buffer.from('user:secret').toString('base64')])
    expect(`${outcome.out}${outcome.err}`).not.toContain(secret);
  return outcome;
}

/** Runs a program with something on its stdin. */
async function piped(command: readonly string[], text: string, env: Record<string, string> = {}): Promise<Outcome> {
  const started = start(command, { stdio: ['pipe', 'pipe', 'pipe'], env: { HOME: home, XDG_RUNTIME_DIR: join(home, 'run'), ...env } });
  started.write(text);
  started.end();
  return { signal: null, ...(await started.ended) };
}

const bin = join(checkout, 'bin/wherry');

async function logIn(host: string, password: string): Promise<Outcome> {
  const outcome = await piped([bin, 'login', host, '-u', 'user', '--password-stdin'], `${password}\n`);
  expect(`${outcome.out}${outcome.err}`).not.toContain('canary-7f3');
  return outcome;
}

describe('a private registry, with nothing but Wherry', () => {
  it('lets nobody in with another password, and nothing is kept', async () => {
    const outcome = await logIn(registry.host, 'canary-7f3');
    expect(outcome).toMatchObject({ status: 2, out: '', err: expect.stringContaining('error[REGISTRY_AUTH]') });
    await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is not logged in to while nobody answers', async () => {
    const outcome = await logIn(`127.0.0.1:${await freePort()}`, 'canary-7f3');
    expect(outcome).toMatchObject({ status: 2, err: expect.stringContaining('error[NETWORK_UNREACHABLE]') });
    await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('gives a base after a login, until the logout', async () => {
    const reference = `${registry.host}/team/python:3.11`;
    await push(await pythonBase(), { directory: join(home, 'layout'), reference, docker: false });
    await writeGreeter(project(), { index, wherry: `base = "${reference}"\nbytecode = "none"` });
    const before = await run(['build', project()]);
    expect(before).toMatchObject({ status: 2, err: expect.stringMatching(/error\[REGISTRY_AUTH\][\s\S]*hint: .*wherry login 127/) });

    expect(await logIn(registry.host, 'secret')).toMatchObject({
      status: 0,
      out: '',
      err: `logged in to ${registry.host} as user, kept in ${file()}\n`,
    });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    const built = await run(['build', project()]);
    expect(built, built.err).toMatchObject({ status: 0 });
    expect(digestIn(built.out)).toMatch(/^sha256:/);

    const doctor = await run(['doctor']);
    expect(doctor.out).toContain(registry.host);

    expect(await run(['logout', registry.host])).toMatchObject({ status: 0, err: `logged out of ${registry.host}\n` });
    expect(JSON.parse(await readFile(file(), 'utf8'))).toEqual({ auths: {} });
    expect(await run(asksForBase())).toMatchObject({ status: 2, err: expect.stringContaining('error[REGISTRY_AUTH]') });
  });

  it('takes the login of the environment, for the registry that it is for', async () => {
    const login = { WHERRY_REGISTRY_USERNAME: 'user', WHERRY_REGISTRY_PASSWORD: 'secret' };
    const ask = async (env: Record<string, string>): Promise<Outcome> => await run(asksForBase(), { ...login, ...env });
    expect(await ask({ WHERRY_REGISTRY: registry.host })).toMatchObject({ status: 0 });
    expect(await ask({ WHERRY_REGISTRY: `${registry.host}/team` })).toMatchObject({ status: 0 });
    expect(await ask({ WHERRY_REGISTRY: `${registry.host}/other` })).toMatchObject({
      status: 2,
      err: expect.stringContaining('error[REGISTRY_AUTH]'),
    });
    const asked = registry.requests().length;
    expect(await ask({})).toMatchObject({ status: 2, err: expect.stringContaining('error[REGISTRY_CONFIG]') });
    expect(registry.requests()).toHaveLength(asked);
  });

  it('asks at a terminal without showing what is typed', async () => {
    const command = `'${bin}' login ${registry.host}`;
    const terminal = start(['script', '-qec', command, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { HOME: home, XDG_RUNTIME_DIR: join(home, 'run') },
    });
    await until('the first question', () => terminal.out().includes('user name for'));
    terminal.write('user\r');
    await until('the second question', () => terminal.out().includes('not shown): '));
    terminal.write('secret\r');
    const { status, out } = await terminal.ended;
    expect({ status, out }).toMatchObject({ status: 0, out: expect.stringContaining(`logged in to ${registry.host} as user`) });
    expect(out).not.toContain('secret');
    expect(await run(['logout', registry.host])).toMatchObject({ status: 0 });
  });
});

describe('registries.conf', () => {
  const login = { WHERRY_REGISTRY_USERNAME: 'user', WHERRY_REGISTRY_PASSWORD: 'secret' };

  async function lock(settings: string): Promise<Outcome> {
    const conf = join(home, 'registries.conf');
    await writeFile(conf, `[[registry]]\nprefix = "r.example"\nlocation = "${registry.host}"\n${settings}\n`);
    return await run(['lock', '--update', join(home, 'mirrored')], {
      ...login,
      WHERRY_REGISTRY: registry.host,
      CONTAINERS_REGISTRIES_CONF: conf,
    });
  }

  it('says where a base is read: past a mirror that is down, under its own name in wherry.lock', async () => {
    await writeGreeter(join(home, 'mirrored'), { index, wherry: 'base = "r.example/team/python:3.11"' });
    const down = `127.0.0.1:${await freePort()}`;
    const outcome = await lock(`mirror = [{ location = "${down}" }]`);
    expect(outcome, outcome.err).toMatchObject({ status: 0, err: expect.stringContaining(`the mirror ${down} of r.example is of no use`) });
    expect(await readFile(join(home, 'mirrored/wherry.lock'), 'utf8')).toContain('r.example/team/python:3.11');
    expect(await lock('blocked = true')).toMatchObject({ status: 2, err: expect.stringContaining('error[REGISTRY_BLOCKED]') });
  });
});

describe("other tools' logins", () => {
  const tools: readonly (readonly [string, (host: string) => readonly string[]])[] = [
    ['docker', (host) => ['docker', 'login', '-u', 'user', '--password-stdin', host]],
    ['podman', (host) => ['podman', 'login', '--tls-verify=false', '-u', 'user', '--password-stdin', host]],
    ['skopeo', (host) => ['skopeo', 'login', '--tls-verify=false', '-u', 'user', '--password-stdin', host]],
  ];

  it.each(tools)('are understood: %s', async (tool, command) => {
    const place = join(home, `with-${tool}`);
    const env = { HOME: place, XDG_RUNTIME_DIR: join(place, 'run'), DOCKER_CONFIG: join(place, '.docker') };
    await mkdir(join(place, 'run'), { recursive: true });
    const written = await piped(command(registry.host), 'secret', env);
    expect(written, written.err).toMatchObject({ status: 0 });
    expect(await run(asksForBase(), env)).toMatchObject({ status: 0 });
    expect(await run(['logout', registry.host], env)).toMatchObject({ status: 0, err: expect.stringContaining('still holds a login') });
  });

  it('can be the file that Wherry wrote', async () => {
    await logIn(registry.host, 'secret');
    const listed = await piped(['skopeo', 'inspect', '--tls-verify=false', `docker://${registry.host}/team/python:3.11`], '', {
      REGISTRY_AUTH_FILE: file(),
    });
    expect(listed, listed.err).toMatchObject({ status: 0 });
    await run(['logout', registry.host]);
  });
});
