import type { Lab } from './lab.ts';
import type { Arrange, Row } from './row.ts';

const early = true;

function pyproject(change: (text: string) => string | undefined): Arrange {
  return (lab) => lab.edit('pyproject.toml', change);
}

/** Appends lines to [tool.wherry], which comes last. */
function configured(lines: string): Arrange {
  return pyproject((text) => `${text}${lines}\n`);
}

const secret = { code: 'SECRET_REFUSED', status: 1, hint: /wherry run/, early } as const;

const key = ['-----BEGIN RSA PRIVATE KEY-----', 'bm90IGEga2V5', '-----END RSA PRIVATE KEY-----', ''].join('\n');

/** Configuration, project files and the choice of a base. */
export const projectRows: readonly Row[] = [
  {
    name: 'no pyproject.toml',
    code: 'PROJECT_NOT_FOUND',
    status: 1,
    hint: /uv init/,
    early,
    arrange: pyproject(() => undefined),
  },
  {
    name: 'pyproject.toml is not TOML',
    code: 'PROJECT_BROKEN',
    status: 1,
    hint: /./,
    shows: /pyproject\.toml:\d+/,
    early,
    arrange: pyproject((text) => text.replace('[project]', '[project')),
  },
  {
    name: 'a misspelt key',
    code: 'CONFIG_UNKNOWN_KEY',
    status: 1,
    hint: /did you mean command\?/,
    shows: /pyproject\.toml:\d+[\s\S]*comand|comand[\s\S]*pyproject\.toml:\d+/,
    early,
    arrange: configured('comand = ["x"]'),
  },
  {
    name: 'a port that is none',
    code: 'CONFIG_INVALID',
    status: 1,
    hint: /schema/,
    shows: /ports[\s\S]*pyproject\.toml:\d+/,
    early,
    arrange: configured('ports = [70000]'),
  },
  {
    name: 'a value of another type',
    code: 'CONFIG_INVALID',
    status: 1,
    hint: /./,
    shows: /command[\s\S]*pyproject\.toml:\d+/,
    early,
    arrange: configured('command = 5'),
  },
  {
    name: 'a bad value in the environment',
    code: 'CONFIG_INVALID',
    status: 1,
    hint: /./,
    shows: /WHERRY_PLATFORMS/,
    early,
    env: () => ({ WHERRY_PLATFORMS: 'windows/amd64' }),
  },
  {
    name: 'a key that is reserved',
    code: 'CONFIG_NOT_YET',
    status: 1,
    hint: /./,
    shows: /system/,
    early,
    arrange: configured('system = ["ffmpeg"]'),
  },
  {
    name: 'a base with another Python than .python-version',
    code: 'BASE_PYTHON_MISMATCH',
    status: 1,
    hint: /base = "python:3\.14-slim"/,
    shows: /debian:13-noshell has Python 3\.13/,
    early,
    arrange: (lab) => lab.edit('.python-version', () => '3.14\n'),
  },
  {
    name: 'a base outside of requires-python',
    code: 'PYTHON_UNUSABLE',
    status: 1,
    hint: /set python to one of 3\.13/,
    shows: /debian:12.*3\.11/,
    early,
    args: (lab) => ['build', lab.project, '--base', 'debian:12'],
  },
  {
    name: 'a Python that is too old',
    code: 'PYTHON_UNUSABLE',
    status: 1,
    hint: /\[tool\.wherry\]/,
    shows: /3\.9/,
    early,
    args: (lab) => ['build', lab.project, '--python', '3.9'],
  },
  { ...secret, name: 'files asks for .env', shows: /\.env/, arrange: configured('files = [".env"]') },
  {
    ...secret,
    name: 'a variable that is a secret',
    shows: /env\.API_TOKEN/,
    arrange: configured('env = { API_TOKEN = "abcdefgh-planted" }'),
  },
  {
    ...secret,
    name: 'a private key under a harmless name',
    shows: /deploy\.txt/,
    arrange: (lab: Lab) => {
      lab.edit('deploy.txt', () => key);
      lab.edit('pyproject.toml', (text) => `${text}files = ["deploy.txt"]\n`);
    },
  },
  {
    name: 'files names nothing',
    code: 'FILES_NO_MATCH',
    status: 1,
    hint: /./,
    shows: /templates/,
    early,
    arrange: configured('files = ["templates/**"]'),
  },
  {
    name: 'no start command',
    code: 'START_NOT_FOUND',
    status: 1,
    hint: /command = \[/,
    early,
    arrange: pyproject((text) => text.replace(/\[project\.scripts\]\nshop = .*\n/, '')),
  },
  {
    name: 'two start commands',
    code: 'START_AMBIGUOUS',
    status: 1,
    hint: /\[tool\.wherry\]/,
    shows: /command = \["buy"\]/,
    early,
    arrange: pyproject((text) => text.replace('shop = "shop:main"', 'sell = "shop:main"\nbuy = "shop:main"')),
  },
  {
    name: 'no module',
    code: 'UVBUILD_MODULE_MISSING',
    status: 1,
    hint: /module-name|src\/shop/,
    shows: /shop/,
    early,
    arrange: (lab) => lab.edit('src/shop', () => undefined),
  },
];

const usage = { code: 'USAGE', status: 64, early } as const;

/** The command line. */
export const usageRows: readonly Row[] = [
  { ...usage, name: 'an unknown command', hint: /build|wherry --help/, shows: /bild/, args: () => ['bild'] },
  { ...usage, name: 'no command', hint: /wherry --help/, args: () => [] },
  { ...usage, name: 'an unknown flag', hint: /wherry build --help/, shows: /--pusj/, args: (lab) => ['build', lab.project, '--pusj'] },
  {
    ...usage,
    name: 'a flag without its value',
    hint: /wherry build --help/,
    shows: /--oci/,
    args: (lab) => ['build', lab.project, '--oci'],
  },
  {
    ...usage,
    name: 'a value that is not offered',
    hint: /docker|--help/,
    shows: /lxc/,
    args: (lab) => ['build', lab.project, '--load', 'lxc'],
  },
  { ...usage, name: 'an argument too many', hint: /wherry build --help/, args: (lab) => ['build', lab.project, 'second'] },
  { ...usage, name: 'no number', hint: /--help|1 to 64/, shows: /--workers/, args: (lab) => ['build', lab.project, '--workers', 'many'] },
  {
    ...usage,
    name: 'a time that is none',
    hint: /./,
    shows: /SOURCE_DATE_EPOCH/,
    args: (lab) => ['build', lab.project],
    env: () => ({ SOURCE_DATE_EPOCH: 'today' }),
  },
];
