import { ToolError } from '../errors/index.ts';
import { configInvalid } from './issues.ts';
import { type ImageKeys, imageKeySchemas } from './schema.ts';
import { rivals } from './selection-keys.ts';
import type { ConfigOrigin } from './types.ts';

/** The file's form of one image after merging, with where each value came from. */
export interface MergedImage {
  readonly name: string;
  readonly values: Partial<ImageKeys>;
  readonly origins: readonly ConfigOrigin[];
}

type Key = keyof ImageKeys;

/** One layer of settings; the first source that has a key wins. */
export interface Source {
  readonly values: Partial<ImageKeys>;
  origin(key: Key): Pick<ConfigOrigin, 'origin' | 'where'>;
}

const mergedTables: ReadonlySet<Key> = new Set(['env', 'labels', 'annotations', 'links']);

/** Merges sources, the strongest first. Tables of names are merged by key, everything else is replaced as a whole. Throws CONFIG_INVALID, USAGE. */
export function mergeImage(name: string, sources: readonly Source[]): MergedImage {
  const values: Record<string, unknown> = {};
  const origins: ConfigOrigin[] = [];
  const visible = hideRivals(sources);
  for (const key of Object.keys(imageKeySchemas) as Key[]) {
    const having = visible.filter((source) => source.values[key] !== undefined);
    const first = having[0];
    if (first === undefined) continue;
    const tables = having.map((source) => source.values[key]).toReversed();
    values[key] = mergedTables.has(key) ? Object.assign({}, ...tables) : first.values[key];
    origins.push({ image: name, key, value: values[key], ...first.origin(key) });
  }
  return { name, values: values as Partial<ImageKeys>, origins };
}

/** Sets of keys that answer one question. */
const questions: readonly (readonly Key[])[] = [['lock', 'requirements'], ...rivals];

/** Where keys answer one question, only the strongest source that answers it counts; one that answers it twice is refused. */
function hideRivals(sources: readonly Source[]): readonly Source[] {
  return questions.reduce<readonly Source[]>((left, keys) => {
    const first = left.findIndex(({ values }) => keys.some((key) => values[key] !== undefined));
    if (first === -1) return left;
    refuseTwoAnswers(left[first] as Source, keys);
    return left.map((source, index) => (index > first ? without(source, keys) : source));
  }, sources);
}

function without({ values, origin }: Source, keys: readonly Key[]): Source {
  return { values: Object.fromEntries(Object.entries(values).filter(([key]) => !keys.includes(key as Key))), origin };
}

function refuseTwoAnswers({ values, origin }: Source, keys: readonly Key[]): void {
  const [one, other] = keys.filter((key) => saysSomething(values[key]));
  if (one === undefined || other === undefined) return;
  const [first, second] = [origin(one), origin(other)];
  const isTyped = (name: string) => /^(?:--|[A-Z_]+$)/.test(name);
  const label = (key: Key, name: string) => (isTyped(name) ? name : `${name}: ${key}`);
  const message = `${label(one, first.origin)} and ${isTyped(second.origin) ? second.origin : other} exclude each other`;
  const hint = 'keep one of the two';
  if (first.origin.startsWith('--')) throw new ToolError('USAGE', message, { hint });
  throw configInvalid(message, second.where, hint);
}

function saysSomething(value: unknown): boolean {
  return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
}
