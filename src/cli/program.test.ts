import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCatalog } from '../errors/index.ts';
import { splitArguments } from './commands/run.ts';
import { buildRequest } from './options.ts';
import { createProgram } from './program.ts';
import { createTerminal, type Terminal } from './terminal.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-cli-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly quiet: boolean;
}

async function run(...argv: string[]): Promise<Ran> {
  const text = { out: '', err: '' };
  const terminal: Terminal = {
    ...createTerminal(process, new AbortController().signal),
    env: { WHERRY_CACHE_DIR: join(directory, 'store') },
    cwd: directory,
    out: (part) => {
      text.out += part;
    },
    err: (part) => {
      text.err += part;
    },
  };
  return { status: await createProgram(terminal)(argv), ...text, quiet: terminal.quiet() };
}

describe('the command line', () => {
  it('helps on stdout with status 0', async () => {
    const { status, out } = await run('--help');
    expect(status).toBe(0);
    for (const command of ['build', 'run', 'plan', 'inspect', 'copy', 'lock', 'login', 'logout', 'config', 'doctor', 'explain', 'cache'])
      expect(out).toContain(command);
    expect((await run('build', '--help')).out).toContain('--oci');
  });

  it.each([
    [['biuld'], "unknown command 'biuld'", 'Did you mean build?'],
    [['build', '--lod'], "unknown option '--lod'", 'Did you mean --load?'],
    [['build', '--load=crio'], 'crio', 'see wherry build --help'],
    [['build', '--workers', '0'], '--workers takes a whole number', undefined],
    [['build', 'a', 'b'], 'too many arguments', 'see wherry build --help'],
    [['explain', 'LOCK_STAIL'], 'there is no error code LOCK_STAIL', 'did you mean LOCK_STALE?'],
    [[], 'no command was given', 'see wherry --help'],
  ])('refuses %j', async (argv, message, hint) => {
    await expect(run(...argv)).rejects.toMatchObject({
      code: 'USAGE',
      exitStatus: 64,
      message: expect.stringContaining(message),
      ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
    });
  });

  it('does not take the directory after --load for a daemon', async () => {
    await expect(run('build', '--load', 'nosuch')).rejects.toMatchObject({
      code: 'PROJECT_NOT_FOUND',
      message: expect.stringContaining('nosuch'),
    });
    await expect(run('build', '--load', 'podman')).rejects.toMatchObject({
      code: 'PROJECT_NOT_FOUND',
      message: expect.not.stringContaining('podman'),
    });
  });

  it('says where there is no project', async () => {
    await expect(run('build')).rejects.toMatchObject({ code: 'PROJECT_NOT_FOUND' });
  });

  it('explains every code', async () => {
    for (const [code, entry] of Object.entries(errorCatalog)) {
      const { out } = await run('explain', code.toLowerCase());
      expect(out).toContain(entry.cause);
      expect(out).toContain(entry.fix);
    }
  });

  it('shows settings with their origin', async () => {
    await writeFile(join(directory, 'pyproject.toml'), '[project]\nname = "site"\nversion = "1"\n\n[tool.wherry]\nports = [8000]\n');
    const { out } = await run('config', '--python', '3.12');
    expect(out).toMatch(/^site +ports +\[8000\] +\[tool\.wherry\]/m);
    expect(out).toMatch(/^site +python +"3\.12" +--python/m);
  });

  it('takes every flag of uv that chooses what is installed', async () => {
    const member = (name: string) => `[project]\nname = "${name}"\nversion = "1"\n`;
    await writeFile(join(directory, 'pyproject.toml'), `${member('site')}\n[tool.uv.workspace]\nmembers = ["a", "b"]\n`);
    for (const name of ['a', 'b']) {
      await mkdir(join(directory, name));
      await writeFile(join(directory, name, 'pyproject.toml'), member(name));
    }
    const values = async (...argv: string[]): Promise<Readonly<Record<string, unknown>>> => {
      const { origins } = JSON.parse((await run('config', '--json', ...argv)).out);
      const typed = origins.filter(({ origin }: { origin: string }) => origin.startsWith('--'));
      return Object.fromEntries(typed.map(({ key, value, origin }: Record<string, string>) => [key, [value, origin]]));
    };
    const lists = '--package a --package b --extra x,y --no-extra z --group g --no-group h --no-install-package p'.split(' ');
    expect(await values(...lists)).toEqual({
      package: [['a', 'b'], '--package'],
      extras: [['x', 'y'], '--extra'],
      'no-extras': [['z'], '--no-extra'],
      groups: [['g'], '--group'],
      'no-groups': [['h'], '--no-group'],
      'no-install-package': [['p'], '--no-install-package'],
    });
    const switches = ['all-packages', 'all-extras', 'all-groups', 'no-default-groups', 'no-install-project', 'no-install-workspace'];
    const others = ['no-install-local', 'no-build', 'no-binary', 'dev'];
    expect(await values(...[...switches, ...others].map((key) => `--${key}`))).toEqual(
      Object.fromEntries([...switches, ...others].map((key) => [key, [true, `--${key}`]])),
    );
    expect(await values('--no-dev', '--only-group', 'docs', '--only-dev', '--no-build-package', 'p', '--no-binary-package', 'q')).toEqual({
      dev: [false, '--no-dev'],
      'only-groups': [['docs', 'dev'], '--only-group'],
      'no-build-package': [['p'], '--no-build-package'],
      'no-binary-package': [['q'], '--no-binary-package'],
    });
    expect(await values()).toEqual({});
  });

  it('takes the flags of every command before and after its name', async () => {
    expect((await run('cache', 'dir')).quiet).toBe(false);
    expect((await run('--quiet', 'cache', 'dir')).quiet).toBe(true);
    expect((await run('cache', 'dir', '-q')).quiet).toBe(true);
  });

  it('keeps house in the store', async () => {
    expect((await run('cache', 'dir')).out).toBe(`${join(directory, 'store')}\n`);
    expect((await run('cache', 'size')).out).toBe('0 B in 0 blobs\n');
    expect((await run('cache', 'verify')).status).toBe(0);
    expect((await run('cache', 'prune', '--all')).err).toContain('removed 0 files');
  });
});

describe('buildRequest', () => {
  const terminal = { env: {}, cwd: '/work' };

  it('reads flags and environment into one value', () => {
    const request = buildRequest(
      'site',
      { extra: ['a'], noInstallPackage: ['x'], defaultGroups: false, frozen: true },
      { ...terminal, env: { CI: 'true' } },
    );
    expect(request).toMatchObject({ directory: '/work/site', frozen: true, lockMode: 'locked' });
    expect(request.flags.values).toEqual({ extras: ['a'], 'no-install-package': ['x'], 'no-default-groups': true });
  });

  it('compiles nothing with --no-bytecode, and leaves it to the configuration without', () => {
    expect(buildRequest('.', { bytecode: false }, terminal).flags.values).toEqual({ bytecode: 'none' });
    expect(buildRequest('.', { bytecode: true }, terminal).flags.values).toEqual({});
  });

  it.each([
    [{}, { UV_FROZEN: '1' }, true, 'default'],
    [{}, { UV_LOCKED: 'true' }, false, 'locked'],
    [{}, { UV_FROZEN: 'false', UV_LOCKED: '' }, false, 'default'],
    // What is typed is stronger than what lies around.
    [{ locked: true }, { UV_FROZEN: '1' }, false, 'locked'],
    [{ frozen: true }, { UV_LOCKED: '1' }, true, 'default'],
  ])('takes %j with %j of uv', (flags, env, frozen, mode) => {
    expect(buildRequest('.', flags, { ...terminal, env })).toMatchObject({ frozen, lockMode: mode });
  });

  it.each(['', '0', 'false'])('does not take CI=%j for CI', (value) => {
    expect(buildRequest(undefined, {}, { ...terminal, env: { CI: value } }).lockMode).toBe('default');
  });

  it('takes SOURCE_DATE_EPOCH only as a number', () => {
    expect(buildRequest(undefined, {}, { ...terminal, env: { SOURCE_DATE_EPOCH: '1700000000' } }).created).toBe(1_700_000_000);
    expect(() => buildRequest(undefined, {}, { ...terminal, env: { SOURCE_DATE_EPOCH: 'now' } })).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
  });
});

describe('splitArguments', () => {
  it.each([
    [['run'], [], undefined, []],
    [['run', 'site'], ['site'], 'site', []],
    [['run', 'site', '--', 'python', '-V'], ['site', 'python', '-V'], 'site', ['python', '-V']],
    [['run', '--', 'python', '-V'], ['python', '-V'], undefined, ['python', '-V']],
  ])('of %j', (argv, words, directoryName, args) => {
    expect(splitArguments(words[0], words.slice(1), argv)).toEqual({ directory: directoryName, args });
  });

  it('refuses a second directory', () => {
    expect(() => splitArguments('a', ['b'], ['run', 'a', 'b'])).toThrow(
      expect.objectContaining({ code: 'USAGE', hint: expect.stringContaining('--') }),
    );
  });
});
