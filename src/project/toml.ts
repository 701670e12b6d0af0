import { readFileSync, statSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import { ToolError } from '../errors/index.ts';
import type { Pyproject, TomlTable } from './types.ts';

/** Whether a TOML value is a table. */
export function isTable(value: unknown): value is TomlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

/** The table at `path`, for example `['tool', 'uv']`; undefined if any step is absent or not a table. */
export function tableAt(table: TomlTable | undefined, path: readonly string[]): TomlTable | undefined {
  let current: unknown = table;
  for (const key of path) {
    if (!isTable(current) || !Object.hasOwn(current, key)) return undefined;
    current = current[key];
  }
  return isTable(current) ? current : undefined;
}

/** Whether an error says that a path does not exist. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/**
 * Text of a UTF-8 file, undefined if there is none. Throws PROJECT_BROKEN if it is not UTF-8 or cannot be read. Dozens of files are looked for
 * that are seldom there, so no thread is asked for each.
 */
export async function readTextIfThere(file: string): Promise<string | undefined> {
  try {
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    const bytes = readFileSync(file);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (isMissing(error)) return undefined;
    const why = error instanceof TypeError ? 'it is not UTF-8' : error instanceof Error ? error.message : 'unknown error';
    throw new ToolError('PROJECT_BROKEN', `cannot read ${file}: ${why}`, { where: { file }, cause: error });
  }
}

/** Parses TOML 1.0. Throws PROJECT_BROKEN with line and column. */
export function parseToml(text: string, file: string): TomlTable {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const why = error.message.split('\n', 1)[0]?.replace(/^Invalid TOML document: /, '') ?? 'invalid TOML';
    throw new ToolError('PROJECT_BROKEN', `cannot parse ${file}: ${why}`, {
      where: { file, line: error.line, column: error.column },
      hint: `correct line ${error.line} of the file`,
      cause: error,
    });
  }
}

/** Reads and parses one pyproject.toml, undefined if the file does not exist. Throws PROJECT_BROKEN. */
export async function readPyproject(file: string): Promise<Pyproject | undefined> {
  const text = await readTextIfThere(file);
  return text === undefined ? undefined : { file, text, data: parseToml(text, file) };
}
