import { configError, configInvalid, notYet, type Written } from './issues.ts';
import { type ImageKeys, imageKeySchemas } from './schema.ts';

/** Settings from outside of files, in the form of the file, each with its origin's name. */
export interface OutsideSettings {
  readonly values: Partial<ImageKeys>;
  /** `WHERRY_PYTHON`, `--python`. */
  nameOf(key: keyof ImageKeys): string;
}

type Key = keyof ImageKeys;
type Reader = (text: string) => unknown;

const one: Reader = (text) => text;
const many: Reader = (text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
const numbers: Reader = (text) => text.split(',').map((item) => (/^\s*\d+\s*$/.test(item) ? Number(item) : item));
const spaced: Reader = (text) => text.split(/\s+/).filter((item) => item !== '');
const truth: Reader = (text) => (/^(?:1|true|t|yes|y|on)$/i.test(text) ? true : /^(?:0|false|f|no|n|off)$/i.test(text) ? false : text);

/** The keys that a variable can set; tables are for files. */
const readers: Partial<Record<Key, Reader>> = {
  repository: one,
  platforms: many,
  tags: many,
  python: one,
  base: one,
  lock: one,
  requirements: many,
  package: many,
  'all-packages': truth,
  extras: many,
  'all-extras': truth,
  'no-extras': many,
  groups: many,
  'all-groups': truth,
  'only-groups': many,
  'no-groups': many,
  dev: truth,
  'no-default-groups': truth,
  'no-project': truth,
  'no-install-project': truth,
  'no-install-workspace': truth,
  'no-install-local': truth,
  'no-install-package': many,
  'no-build': truth,
  'no-build-package': many,
  'no-binary': truth,
  'no-binary-package': many,
  command: one,
  ports: numbers,
  user: one,
  bytecode: one,
  collisions: one,
  venv: one,
  workdir: one,
  format: one,
};

/** `no-groups` → `WHERRY_NO_GROUPS`. */
function variableName(key: string): string {
  return `WHERRY_${key.toUpperCase().replaceAll('-', '_')}`;
}

/** Settings from WHERRY_* variables; lists are separated by commas, an empty variable counts as unset. Throws CONFIG_INVALID. */
export function settingsFromVariables(env: Readonly<Record<string, string | undefined>>): OutsideSettings {
  const raw: Record<string, unknown> = {};
  for (const [key, read] of Object.entries(readers)) {
    const text = env[variableName(key)];
    if (text !== undefined && text !== '') raw[key] = read(text);
  }
  return { values: checked(raw, variableName), nameOf: variableName };
}

/** Variables of uv that say what a key says, with the value for a variable that is true. */
const uvVariables: readonly (readonly [name: string, key: Key, read: Reader])[] = [
  ['UV_DEV', 'dev', whenTrue(true)],
  ['UV_NO_DEV', 'dev', whenTrue(false)],
  ['UV_NO_GROUP', 'no-groups', spaced],
  ['UV_NO_DEFAULT_GROUPS', 'no-default-groups', whenTrue(true)],
  ['UV_NO_INSTALL_PROJECT', 'no-install-project', whenTrue(true)],
  ['UV_NO_INSTALL_WORKSPACE', 'no-install-workspace', whenTrue(true)],
  ['UV_NO_INSTALL_LOCAL', 'no-install-local', whenTrue(true)],
  ['UV_NO_BUILD', 'no-build', whenTrue(true)],
  ['UV_NO_BUILD_PACKAGE', 'no-build-package', spaced],
  ['UV_NO_BINARY', 'no-binary', whenTrue(true)],
  ['UV_NO_BINARY_PACKAGE', 'no-binary-package', spaced],
];

/** As uv takes them: false is the same as unset, and what is neither is an error. */
function whenTrue(value: boolean): Reader {
  return (text) => {
    const read = truth(text);
    return read === true ? value : read === false ? undefined : read;
  };
}

/** Settings from the variables of uv that mean the same; an empty one counts as unset. Throws CONFIG_INVALID. */
export function settingsOfUv(env: Readonly<Record<string, string | undefined>>): OutsideSettings {
  const raw: Record<string, unknown> = {};
  const names = new Map<string, string>();
  for (const [name, key, read] of uvVariables) {
    const text = env[name];
    const value = text === undefined || text === '' ? undefined : read(text);
    if (value === undefined) continue;
    if (names.has(key)) throw configInvalid(`${names.get(key)} and ${name} exclude each other`, undefined, 'unset one of them');
    raw[key] = value;
    names.set(key, name);
  }
  const nameOf = (key: string): string => names.get(key) ?? key;
  return { values: checked(raw, nameOf), nameOf };
}

const flagNames: Readonly<Record<string, string>> = {
  platforms: '--platform',
  tags: '--tag',
  extras: '--extra',
  'no-extras': '--no-extra',
  groups: '--group',
  'only-groups': '--only-group',
  'no-groups': '--no-group',
  bytecode: '--no-bytecode',
};

/** Settings from flags, keyed as in the file. Throws CONFIG_INVALID. */
export function settingsFromFlags(values: Partial<ImageKeys>): OutsideSettings {
  const nameOf = (key: string): string => (key === 'dev' && values.dev === false ? '--no-dev' : (flagNames[key] ?? `--${key}`));
  return { values: checked(values, nameOf), nameOf };
}

function checked(raw: Readonly<Record<string, unknown>>, nameOf: (key: string) => string): Partial<ImageKeys> {
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(raw)) {
    if (value === undefined) continue;
    const written: Written = { name: nameOf(key), where: () => undefined };
    if (key === 'base' && typeof value === 'string' && value.startsWith('image:')) throw notYet(`${written.name} ${value}`, undefined);
    const parsed = imageKeySchemas[key as Key].safeParse(value, { reportInput: true });
    if (!parsed.success) throw configError(parsed.error, written);
    values[key] = parsed.data;
  }
  return values as Partial<ImageKeys>;
}
