import { configError, notYet, type Written } from './issues.ts';
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
const truth: Reader = (text) => (/^(?:1|true|yes)$/i.test(text) ? true : /^(?:0|false|no)$/i.test(text) ? false : text);

/** The keys that a variable can set; tables are for files. */
const readers: Partial<Record<Key, Reader>> = {
  repository: one,
  platforms: many,
  tags: many,
  python: one,
  base: one,
  lock: one,
  requirements: many,
  package: one,
  extras: many,
  groups: many,
  'no-groups': many,
  'no-project': truth,
  command: one,
  ports: numbers,
  user: one,
  bytecode: one,
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

const flagNames: Readonly<Record<string, string>> = {
  platforms: '--platform',
  tags: '--tag',
  extras: '--extra',
  groups: '--group',
  'no-groups': '--no-group',
  bytecode: '--no-bytecode',
};

/** Settings from flags, keyed as in the file. Throws CONFIG_INVALID. */
export function settingsFromFlags(values: Partial<ImageKeys>): OutsideSettings {
  const nameOf = (key: string): string => flagNames[key] ?? `--${key}`;
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
