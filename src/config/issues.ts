import type { z } from 'zod';
import { ToolError, type Where } from '../errors/index.ts';
import { isTable } from '../project/index.ts';
import { configSchema, imageKeySchemas, reservedKeys } from './schema.ts';
import { suggest } from './suggest.ts';

/** Where a value was written, for messages. */
export interface Written {
  /** `[tool.wherry]`, `wherry.toml`, `WHERRY_PYTHON` or `--python`. */
  readonly name: string;
  where(path: readonly string[]): Where | undefined;
}

type Issue = z.core.$ZodIssue;

/** The first problem of a value as CONFIG_UNKNOWN_KEY or CONFIG_INVALID, with its place and the nearest known key. */
export function configError(error: z.ZodError, written: Written): ToolError {
  const issue = deepest(error.issues[0] as Issue, []);
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') return unknownKey([...path, issue.keys[0] ?? ''], written);
  // A flag or a variable is one value, whatever it is split into.
  const isWhole = path.length === 0 || (path.length === 1 && /^\d+$/.test(path[0] as string));
  const key = isWhole ? '' : `${dotted(path)} `;
  return configInvalid(`${written.name}: ${key}${lowerFirst(messageOf(issue))}`, written.where(path));
}

function messageOf(issue: Issue): string {
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message;
  if (issue.code !== 'invalid_value') return issue.message;
  const given = issue.input === undefined ? '' : `, not ${JSON.stringify(issue.input)}`;
  return `must be ${issue.values.map(String).join(' or ')}${given}`;
}

/** CONFIG_INVALID at a place. */
export function configInvalid(message: string, where: Where | undefined, hint?: string): ToolError {
  return new ToolError('CONFIG_INVALID', message, {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Throws CONFIG_NOT_YET for keys that are documented but not built, before anything else is judged. */
export function refuseReserved(table: Readonly<Record<string, unknown>>, path: readonly string[], written: Written): void {
  const reserved = Object.keys(table).find((key) => reservedKeys.has(key));
  if (reserved !== undefined) throw notYet(`${dotted([...path, reserved])}`, written.where([...path, reserved]));
}

/** Throws CONFIG_INVALID for a key that would let a repository weaken how registries are reached. */
export function refuseInsecure(table: Readonly<Record<string, unknown>>, written: Written): void {
  const nested = Object.entries(isTable(table.registries) ? table.registries : {}).filter(
    ([, value]) => isTable(value) && 'insecure' in value,
  );
  const path = 'insecure' in table ? ['insecure'] : nested[0] === undefined ? undefined : ['registries', nested[0][0], 'insecure'];
  if (path === undefined) return;
  throw configInvalid(
    `${written.name}: ${dotted(path)} cannot be set by a project`,
    written.where(path),
    'only who runs Wherry may call a registry insecure: --insecure HOST, WHERRY_INSECURE, or insecure = true in registries.conf',
  );
}

/** CONFIG_NOT_YET at a place. */
export function notYet(what: string, where: Where | undefined): ToolError {
  return new ToolError('CONFIG_NOT_YET', `${what} is not supported by this version`, {
    ...(where === undefined ? {} : { where }),
    hint: 'remove it for now; the key is kept for a later version',
  });
}

/** Of a union the alternative that the value was meant for: one that does not fail at its very top, with the fewest problems. */
function deepest(issue: Issue, prefix: readonly PropertyKey[]): Issue {
  const path = [...prefix, ...issue.path];
  if (issue.code !== 'invalid_union') return { ...issue, path };
  const nested = issue.errors.filter((errors) => errors.every(isInside)).toSorted((a, b) => a.length - b.length);
  const best = nested[0]?.toSorted((a, b) => weight(b) - weight(a))[0];
  if (best !== undefined) return deepest(best, path);
  const expected = issue.errors.flatMap((errors) => errors.slice(0, 1)).map(expectation);
  return { ...issue, path, message: `must be ${[...new Set(expected)].join(' or ')}` };
}

function isInside(issue: Issue): boolean {
  return issue.path.length > 0 || (issue.code !== 'invalid_type' && issue.code !== 'invalid_value');
}

/** A missing key says less about what was meant than a key that is there but wrong. */
function weight(issue: Issue): number {
  if (issue.code === 'invalid_type' && issue.input === undefined) return 0;
  return issue.code === 'unrecognized_keys' ? 1 : 2;
}

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type')
    return issue.expected === 'object' ? 'a table' : issue.expected === 'array' ? 'a list' : `a ${issue.expected}`;
  return issue.code === 'invalid_value' ? issue.values.map((value) => JSON.stringify(value)).join(' or ') : lowerFirst(issue.message);
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}

function dotted(path: readonly string[]): string {
  return path.map((step) => (/^[A-Za-z0-9_-]+$/.test(step) ? step : JSON.stringify(step))).join('.');
}

function unknownKey(path: readonly string[], written: Written): ToolError {
  const key = path.at(-1) ?? '';
  const near = suggest(key, knownKeys(path.slice(0, -1)));
  const where = written.where(path);
  return new ToolError('CONFIG_UNKNOWN_KEY', `${written.name}: ${dotted(path)} is not a known key`, {
    ...(where === undefined ? {} : { where }),
    hint: near === undefined ? 'remove it; schemas/wherry.schema.json lists every key' : `did you mean ${near}?`,
  });
}

const nestedKeys: Readonly<Record<string, readonly string[]>> = {
  debian: ['mirror', 'snapshot'],
  registries: ['mirrors'],
  user: ['name', 'uid', 'gid'],
  health: ['http', 'port', 'host', 'command', 'interval', 'timeout', 'start-period', 'retries'],
  files: ['from', 'text', 'to', 'mode', 'owner'],
  directories: ['path', 'mode', 'owner'],
};

function knownKeys(path: readonly string[]): readonly string[] {
  if (path.length === 0) return Object.keys(configSchema.shape);
  if (path[0] === 'images' && path.length === 2) return Object.keys(imageKeySchemas);
  const table = path[0] === 'images' ? path[2] : path[0];
  return nestedKeys[table ?? ''] ?? [];
}
