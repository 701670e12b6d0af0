import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFixture } from '../project/fixture.ts';
import { readProject } from '../project/index.ts';
import { defaultBytecode } from './index.ts';
import { type ConfigFlags, type LoadedConfig, loadConfig } from './load.ts';
import { selectionOf } from './selection.ts';

interface Given {
  readonly tool?: string;
  readonly wherry?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: ConfigFlags;
}

async function load(given: Given): Promise<LoadedConfig> {
  const pyproject = `[project]\nname = "My.Site"\nversion = "1"\n${given.tool ?? ''}`;
  await using fixture = await projectFixture({
    'pyproject.toml': pyproject,
    ...(given.wherry === undefined ? {} : { 'wherry.toml': given.wherry }),
  });
  const project = await readProject(fixture.directory);
  return await loadConfig({ project, env: given.env ?? {}, ...(given.flags === undefined ? {} : { flags: given.flags }) });
}

const tool = (keys: string): Given => ({ tool: `[tool.wherry]\n${keys}\n` });

describe('defaults', () => {
  it('make one image, named after the project, for linux/amd64', async () => {
    const { images } = await load({});
    expect(images).toHaveLength(1);
    expect(images[0]).toMatchObject({
      name: 'my-site',
      platforms: [{ os: 'linux', architecture: 'amd64' }],
      tags: ['latest'],
      venv: '/app/.venv',
      workdir: '/app',
      user: { name: 'app', uid: 1001, gid: 1001 },
      bytecode: defaultBytecode,
      command: undefined,
      files: undefined,
      python: undefined,
      base: undefined,
      selection: selectionOf({}),
    });
  });
});

describe('the lock', () => {
  const lockOf = async (tool: string, given: Omit<Given, 'tool'> = {}) => (await load({ tool, ...given })).images[0]?.lock;
  it.each<[string, Omit<Given, 'tool'>, string | undefined, readonly string[]]>([
    ['', {}, undefined, []],
    ['[tool.wherry]\nlock = "pylock.toml"\n', {}, 'pylock.toml', []],
    ['[tool.wherry]\nlock = "pylock.toml"\n[tool.wherry.images.a]\nrequirements = ["a.txt"]\n', {}, undefined, ['a.txt']],
    ['[tool.wherry]\nrequirements = ["a.txt"]\n', { env: { WHERRY_LOCK: 'deps/pylock.x.toml' } }, 'deps/pylock.x.toml', []],
    ['[tool.wherry]\nlock = "uv.lock"\n', { env: { WHERRY_REQUIREMENTS: 'a.txt,b/c.txt' } }, undefined, ['a.txt', 'b/c.txt']],
    ['[tool.wherry]\nlock = "uv.lock"\n', { flags: { values: { requirements: ['a.txt'] } } }, undefined, ['a.txt']],
  ])('is what the nearest setting of the two says: %j', async (tool, given, lock, requirements) => {
    expect(await lockOf(tool, given)).toEqual({ lock, requirements });
  });

  it.each([
    'lock = "uv.lock"\nrequirements = ["a.txt"]',
    'lock = "poetry.lock"',
    'lock = "../pylock.toml"',
    'requirements = ["/etc/passwd"]',
    'requirements = ["../a.txt"]',
    'requirements = []',
  ])('is refused: %s', async (line) => {
    await expect(lockOf(`[tool.wherry]\n${line}\n`)).rejects.toMatchObject({ code: 'CONFIG_INVALID', where: { line: expect.any(Number) } });
  });
});

describe('precedence', () => {
  it('is flag, variable, image, shared keys, default; every value has an origin', async () => {
    const { images, origins } = await load({
      tool: '[tool.wherry]\npython = "3.11"\nworkdir = "/srv"\nextras = ["a"]\n[tool.wherry.images.web]\npython = "3.12"\nvenv = "/v/"\n',
      env: {
        WHERRY_PYTHON: '3.13',
        WHERRY_PLATFORMS: 'linux/amd64, linux/arm64',
        WHERRY_GROUPS: 'A_b',
        WHERRY_BASE: '',
        WHERRY_OTHER: 'x',
      },
      flags: { values: { python: '3.14' } },
    });
    expect(images[0]).toMatchObject({
      name: 'web',
      python: '3.14',
      venv: '/v',
      workdir: '/srv',
      selection: { groups: ['a-b'], extras: ['a'] },
      base: undefined,
    });
    expect(images[0]?.platforms).toHaveLength(2);
    const found = Object.fromEntries(origins.map(({ key, origin, where }) => [key, [origin, where?.line].join(' ').trim()]));
    expect(found).toMatchObject({
      python: '--python',
      platforms: 'WHERRY_PLATFORMS',
      venv: '[tool.wherry] 10',
      workdir: '[tool.wherry] 6',
      tags: 'default',
    });
  });

  it('merges tables of names and replaces lists', async () => {
    const { images } = await load(
      tool('env = { A = "1", B = "1" }\ntags = ["x"]\n[tool.wherry.images.web]\nenv = { B = "2" }\ntags = ["y"]'),
    );
    expect(images[0]).toMatchObject({ env: { A: '1', B: '2' }, tags: ['y'] });
  });

  it('chooses images by name', async () => {
    const given = tool('[tool.wherry.images.web]\n[tool.wherry.images.worker]\ncommand = ["x"]');
    expect((await load(given)).images.map(({ name }) => name)).toEqual(['web', 'worker']);
    expect((await load({ ...given, flags: { images: ['worker'] } })).images.map(({ name }) => name)).toEqual(['worker']);
    await expect(load({ ...given, flags: { images: ['wroker'] } })).rejects.toMatchObject({
      code: 'USAGE',
      hint: 'did you mean --image worker?',
    });
  });
});

describe('values', () => {
  it('are read in every documented form', async () => {
    const { images } = await load({
      wherry: `
repository = "registry.example/acme/"
tags = ["type=raw,value=latest", "1.2"]
package = "My_Site"
no-groups = ["Docs"]
no-project = true
files = ["manage.py", { from = "deploy/start.sh", to = "/app/start.sh", mode = "0755", owner = "app" }, { text = "x", to = "/etc/x" }]
directories = ["/data/", { path = "/app/state", mode = "0750" }]
user = { uid = 5, gid = 6 }
command = "gunicorn 'my site' --name=\\"a b\\""
entrypoint = ["tini", "--"]
ports = [8000]
health = { http = "/health/" }
links = { "/usr/local/bin/site" = "/app/.venv/bin/site" }
stamp = ["revision"]
stop-signal = "SIGQUIT"
format = "docker"
[debian]
mirror = { debian = "https://mirror.example/debian" }`,
    });
    expect(images[0]).toMatchObject({
      repository: 'registry.example/acme',
      tags: ['latest', '1.2'],
      selection: { packages: ['my-site'], noGroups: ['docs'], noInstallProject: true },
      noProject: true,
      files: [
        { kind: 'pattern', pattern: 'manage.py' },
        { kind: 'from', from: 'deploy/start.sh', to: '/app/start.sh', mode: 0o755, owner: 'app' },
        { kind: 'text', text: 'x', to: '/etc/x' },
      ],
      directories: [
        { path: '/data', mode: 0o755 },
        { path: '/app/state', mode: 0o750 },
      ],
      user: { name: 'app', uid: 5, gid: 6 },
      command: ['gunicorn', 'my site', '--name=a b'],
      entrypoint: ['tini', '--'],
      health: { http: '/health/', port: 8000, interval: 30, timeout: 5, startPeriod: 10, retries: 3 },
      stopSignal: 'SIGQUIT',
      debian: { mirror: { debian: 'https://mirror.example/debian' }, snapshot: undefined },
    });
  });

  it.each(['all', 'deps', 'none'] as const)('compile %s', async (bytecode) => {
    const { images, origins } = await load(tool(`bytecode = "${bytecode}"`));
    expect(images[0]?.bytecode).toBe(bytecode);
    expect(origins.find(({ key }) => key === 'bytecode')).toMatchObject({ value: bytecode, origin: '[tool.wherry]' });
  });

  it('compile what a variable says, and nothing where a flag says so', async () => {
    const env = { WHERRY_BYTECODE: 'deps' };
    const bytecode = async (given: Given) => {
      const { origins } = await load(given);
      return origins.find(({ key }) => key === 'bytecode');
    };
    expect(await bytecode({ ...tool('bytecode = "all"'), env })).toMatchObject({ value: 'deps', origin: 'WHERRY_BYTECODE' });
    const flags = { values: { bytecode: 'none' as const } };
    expect(await bytecode({ ...tool('bytecode = "all"'), env, flags })).toMatchObject({ value: 'none', origin: '--no-bytecode' });
    await expect(load({ env: { WHERRY_BYTECODE: 'some' } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('run as root only by name', async () => {
    expect((await load(tool('user = "root"'))).images[0]?.user).toEqual({ name: 'root', uid: 0, gid: 0 });
    await expect(load(tool('user = { name = "app", uid = 0 }'))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('"root"'),
    });
  });
});

describe('errors', () => {
  it.each([
    ['platfroms = []', 'platfroms', 'did you mean platforms?', 5],
    ['a = 1', 'a ', 'remove it; schemas/wherry.schema.json lists every key', 5],
    ['[tool.wherry.images.web]\nno_groups = []', 'images.web.no_groups', 'did you mean no-groups?', 6],
    ['health = { htp = "/x" }', 'health.htp', 'did you mean http?', 5],
    ['files = [{ form = "x", to = "/x" }]', 'files.0.form', 'did you mean from?', 5],
  ])('%s is an unknown key', async (text, key, hint, line) => {
    await expect(load(tool(text))).rejects.toMatchObject({
      code: 'CONFIG_UNKNOWN_KEY',
      message: expect.stringContaining(key),
      hint,
      where: { line },
    });
  });

  it.each([
    ['ports = ["8000"]', 'ports.0'],
    ['ports = [70000]', 'ports.0'],
    ['platforms = ["windows/amd64"]', 'platforms.0 must be linux/amd64 or linux/arm64, not "windows/amd64"'],
    ['python = "3.13.1"', 'python must be a minor version'],
    ['python = 3.13', 'python'],
    ['venv = "app"', 'venv must be an absolute path'],
    ['workdir = "/app/../etc"', 'workdir must be an absolute path'],
    ['files = ["../x"]', 'files.0 must be a path below the project'],
    ['files = ["/etc/x"]', 'files.0 must be a path below the project'],
    ['files = [{ from = "a", to = "b" }]', 'files.0.to must be an absolute path'],
    ['directories = [{ path = "/x", mode = "rwx" }]', 'directories.0.mode must be an octal mode'],
    ['command = 3', 'command must be a string or a list'],
    ['command = "a | b"', 'command uses shell syntax'],
    ['command = []', 'command'],
    ['health = {}', 'health needs either http or command'],
    ['tags = ["not a tag"]', 'not a tag'],
    ['links = { a = "/b" }', 'links.a must be an absolute path'],
    ['[tool.wherry.images."A b"]', 'must be a name of lower-case letters'],
    ['user = "me"', 'user'],
  ])('%s is invalid', async (text, message) => {
    await expect(load(tool(text))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(message),
      where: { file: expect.stringContaining('pyproject.toml'), line: 5 },
    });
  });

  it.each([
    'system = ["ffmpeg"]',
    'each = {}',
    'run = []',
    'fetch = 1',
    'frontend = 1',
    'variants = 1',
    'base = "image:x"',
    'tags = ["type=sha"]',
  ])('%s is kept for later', async (text) => {
    await expect(load(tool(text))).rejects.toMatchObject({ code: 'CONFIG_NOT_YET', where: { line: 5 } });
    await expect(load(tool(`[tool.wherry.images.a]\n${text}`))).rejects.toMatchObject({ code: 'CONFIG_NOT_YET' });
  });

  it('of variables and flags name them', async () => {
    await expect(load({ env: { WHERRY_PLATFORMS: 'linux/386' } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('WHERRY_PLATFORMS'),
    });
    await expect(load({ flags: { values: { python: '3' } } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('--python'),
    });
  });

  it('a package that is no member is unknown', async () => {
    const expected = { code: 'PROJECT_MEMBER_UNKNOWN', hint: 'did you mean my-site?', where: { line: 5 } };
    await expect(load(tool('package = "my-sit"'))).rejects.toMatchObject(expected);
  });

  it('two files with settings are one too many', async () => {
    await expect(load({ ...tool('python = "3.13"'), wherry: '' })).rejects.toMatchObject({ code: 'CONFIG_INVALID', where: { line: 4 } });
  });
});

describe('secrets', () => {
  it.each([
    ['API_KEY', 'abc'],
    ['DB_PASSWORD', 'hunter2'],
    ['github_token', 'x y'],
    ['X', `ghp_${'a'.repeat(36)}`],
    ['DATABASE_URL', 'postgres://me:pass@db.example/x'],
  ])('%s are refused without showing the value', async (name, value) => {
    const action = load(tool(`[tool.wherry.env]\n${name} = "${value}"`));
    await expect(action).rejects.toMatchObject({
      code: 'SECRET_REFUSED',
      message: expect.not.stringContaining(value),
      hint: expect.stringContaining('--env-file'),
    });
  });

  it.each([
    ['API_KEY', ''],
    ['DB_PASSWORD_FILE', '/run/secrets/db'],
    ['TOKEN', '/run/secrets/token'],
    ['TOKENIZERS_PARALLELISM', 'false'],
    ['DATABASE_URL', 'postgres://db.example/x'],
    ['MAX_TOKENS', '4096'],
  ])('%s = %j is none', async (name, value) => {
    const { images } = await load(tool(`[tool.wherry.env]\n${name} = "${value}"`));
    expect(images[0]?.env).toEqual({ [name]: value });
  });
});

describe('a workspace', () => {
  it('gives a member the settings of the root that are about it', async () => {
    const member = '[project]\nname = "a"\n';
    await using fixture = await projectFixture({
      'pyproject.toml':
        '[tool.uv.workspace]\nmembers = ["a", "b"]\n[tool.wherry]\nworkdir = "/srv"\n[tool.wherry.images.x]\npackage = "A"\n[tool.wherry.images.y]\npackage = "b"\n',
      'a/pyproject.toml': member,
      'b/pyproject.toml': member.replace('"a"', '"b"'),
    });
    const names = async (below: string): Promise<readonly string[]> => {
      const { images } = await loadConfig({ project: await readProject(join(fixture.directory, below)), env: {} });
      return images.map(({ name, workdir }) => `${name} ${workdir}`);
    };
    expect(await names('')).toEqual(['x /srv', 'y /srv']);
    expect(await names('a')).toEqual(['x /srv']);
  });
});
