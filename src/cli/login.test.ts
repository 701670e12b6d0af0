import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startRegistry, type TestRegistry } from '../../test/registry/index.ts';
import { createHttp } from '../http/index.ts';
import { registrySettings } from '../registry/route/settings.ts';
import { createProgram } from './program.ts';
import { createTerminal, type GlobalFlags, type Terminal } from './terminal.ts';

let home = '';
let registry: TestRegistry;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-login-'));
  registry = await startRegistry({ login: 'bearer', anonymous: false });
});
afterEach(async () => {
  await registry.close();
  await rm(home, { recursive: true });
});

interface Typed {
  /** Piped in; otherwise stdin is a terminal. */
  readonly piped?: string;
  /** Answers to questions. */
  readonly answers?: readonly string[];
  readonly env?: Record<string, string>;
}

interface Ran {
  readonly error: unknown;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], { piped, answers = [], env: more = {} }: Typed = {}): Promise<Ran> {
  const text = { out: '', err: '' };
  const env = { HOME: home, PATH: process.env.PATH, XDG_RUNTIME_DIR: join(home, 'run'), ...more };
  const left = [...answers];
  const shared = createTerminal(process, new AbortController().signal);
  let flags: GlobalFlags = {};
  const terminal: Terminal = {
    ...shared,
    env,
    use: (given) => {
      flags = given;
      shared.use(given);
    },
    out: (part) => {
      text.out += part;
    },
    err: (part) => {
      text.err += part;
    },
    input: {
      isTerminal: piped === undefined,
      read: async () => piped ?? '',
      ask: async (question) => {
        text.err += question;
        return left.shift() ?? '';
      },
    },
    connection: async () => ({
      env,
      http: createHttp({ env: {}, wait: async () => {} }),
      registries: registrySettings(env, flags.insecure),
      emit: () => {},
      signal: shared.signal,
      offline: false,
    }),
  };
  const error = await createProgram(terminal)(argv).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return { error, ...text };
}

const file = (): string => join(home, '.config/wherry/auth.json');
const auths = async (): Promise<Record<string, { auth: string }>> => JSON.parse(await readFile(file(), 'utf8')).auths;
const basic = (text: string): { auth: string } => ({ auth: Buffer.from(text).toString('base64') });

describe('wherry login', () => {
  it('reads the password from a pipe, without one last newline', async () => {
    const ran = await run(['login', registry.host, '-u', 'user', '--password-stdin'], { piped: 'secret\n' });
    expect(ran).toEqual({ error: undefined, out: '', err: `logged in to ${registry.host} as user, kept in ${file()}\n` });
    expect(await auths()).toEqual({ [registry.host]: basic('user:secret') });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it('strips one newline only', async () => {
    const ran = await run(['login', registry.host, '-u', 'user', '--password-stdin'], { piped: 'secret\n\n' });
    expect(ran.error).toMatchObject({ code: 'REGISTRY_AUTH' });
    await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('asks at a terminal, and says the same as JSON', async () => {
    const ran = await run(['login', registry.host, '--json', '--quiet'], { answers: ['user', 'secret'] });
    expect(ran.error).toBeUndefined();
    expect(JSON.parse(ran.out)).toEqual({ schemaVersion: 1, registry: registry.host, username: 'user', checked: true, kept: file() });
    expect(ran.err).toBe(`user name for ${registry.host}: password or access token (not shown): `);
    expect(ran.out).not.toContain('secret');
  });

  it('keeps nothing that the registry refuses, or that nobody answers for', async () => {
    const wrong = await run(['login', registry.host, '-u', 'user', '--password-stdin'], { piped: 'canary-7f3' });
    expect(wrong.error).toMatchObject({ code: 'REGISTRY_AUTH', hint: expect.stringContaining('access token') });
    await registry.close();
    const gone = await run(['login', registry.host, '-u', 'user', '--password-stdin'], { piped: 'canary-7f3' });
    expect(gone.error).toMatchObject({ code: 'NETWORK_UNREACHABLE' });
    for (const { error, out, err } of [wrong, gone]) expect(`${JSON.stringify(error)}${error}${out}${err}`).not.toContain('canary');
    await expect(stat(file())).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says if variables come first', async () => {
    const env = { WHERRY_REGISTRY: registry.host, WHERRY_REGISTRY_USERNAME: 'ci', WHERRY_REGISTRY_PASSWORD: 'canary-7f3' };
    const { err } = await run(['login', registry.host, '-u', 'user', '--password-stdin'], { piped: 'secret', env });
    expect(err).toContain('note: WHERRY_REGISTRY_USERNAME is set for this registry and comes first\n');
    expect(err).not.toContain('canary');
  });

  it.each([
    ['no terminal and no --password-stdin', ['-u', 'user'], { piped: '' }, 'no terminal'],
    ['no user name beside --password-stdin', ['--password-stdin'], { piped: 'canary-7f3' }, '-u USER'],
    ['--password-stdin at a terminal', ['-u', 'user', '--password-stdin'], {}, 'stdin is a terminal'],
    ['an empty password', ['-u', 'user', '--password-stdin'], { piped: '\n' }, 'password is empty'],
    ['an empty user name', [], { answers: [''] }, 'user name is empty'],
    ['a user name with a colon', ['-u', 'a:b', '--password-stdin'], { piped: 'x' }, 'no colon'],
    ['a password as an argument', ['-u', 'user', '--password', 'canary-7f3'], {}, "unknown option '--password'"],
    ['a password as a value', ['-u', 'user', '--password=canary-7f3'], {}, "unknown option '--password'"],
  ])('refuses %s', async (_name, argv, typed, message) => {
    const { error, out, err } = await run(['login', registry.host, ...argv], typed);
    expect(error).toMatchObject({ code: 'USAGE', message: expect.stringContaining(message) });
    expect(`${JSON.stringify(error)}${error}${out}${err}`).not.toContain('canary');
    expect(registry.seen).toEqual([]);
  });

  it.each(['http://r.example', 'r.example/UPPER', 'r.example?x', 'user:canary-7f3@r.example'])('refuses the registry %s', async (name) => {
    const { error } = await run(['login', name, '-u', 'a', '--password-stdin'], { piped: 'x' });
    expect(error).toMatchObject({ code: 'USAGE', message: expect.not.stringContaining('canary') });
  });
});

describe('wherry logout', () => {
  it('forgets one login and keeps the others', async () => {
    await run(['login', registry.host, '-u', 'user', '--password-stdin'], { piped: 'secret' });
    await run(['login', `${registry.host}/team`, '-u', 'user', '--password-stdin'], { piped: 'secret' });
    expect(await run(['logout', registry.host])).toEqual({ error: undefined, out: '', err: `logged out of ${registry.host}\n` });
    expect(Object.keys(await auths())).toEqual([`${registry.host}/team`]);
    expect((await run(['logout'])).err).toBe('there was no login of docker.io\n');
    const { out } = await run(['logout', `https://${registry.host}/team`, '--json']);
    expect(JSON.parse(out)).toEqual({ schemaVersion: 1, registry: `${registry.host}/team`, removed: [file()], left: [] });
  });
});
