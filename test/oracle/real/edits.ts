import { parse } from 'smol-toml';

/** A parsed table of pyproject.toml. */
export type Table = Readonly<Record<string, unknown>>;

/** The text of a pyproject.toml with what is in it. */
export interface Source {
  readonly text: string;
  readonly data: Table;
}

/** Reads a text; throws if it is no TOML. */
export function sourceOf(text: string): Source {
  return { text, data: parse(text) };
}

/** The value at a path of keys. */
export function at(data: Table, ...keys: readonly string[]): unknown {
  return keys.reduce<unknown>((value, key) => (isTable(value) ? value[key] : undefined), data);
}

/** The strings of a list; entries of other kinds are left out. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];
}

export function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The first literal with this value, replaced; undefined where the text has none. */
export function swap({ text }: Source, value: string, other: string): string | undefined {
  const literal = [`"${value}"`, `'${value}'`].find((candidate) => text.includes(candidate));
  return literal === undefined ? undefined : text.replace(literal, () => JSON.stringify(other));
}

/** The first literal with this value, with another one behind it in the same list. */
export function follow({ text }: Source, value: string, other: string): string | undefined {
  const literal = [`"${value}"`, `'${value}'`].find((candidate) => text.includes(candidate));
  return literal === undefined ? undefined : text.replace(literal, () => `${literal}, ${JSON.stringify(other)}`);
}

/** The first literal with this value, and the comma behind it, taken away. */
export function drop({ text }: Source, value: string): string | undefined {
  const pattern = new RegExp(`["']${literally(value)}["'][ \\t]*,?`);
  return pattern.test(text) ? text.replace(pattern, '') : undefined;
}

/** A line put below a table's header, or a new table at the end; undefined where the key is set already. */
export function set(source: Source, table: string, line: string): string | undefined {
  const key = line.split(/\s*=/)[0]?.replaceAll('"', '') ?? '';
  const keys = table.split('.');
  if (at(source.data, ...keys, key) !== undefined) return undefined;
  const header = new RegExp(`^\\[${literally(table)}\\][^\\n]*\\n`, 'm');
  if (header.test(source.text)) return source.text.replace(header, (found) => `${found}${line}\n`);
  // An inline or dotted table cannot be opened again.
  if (at(source.data, ...keys) !== undefined && !new RegExp(`^\\[\\[?${literally(table)}\\.`, 'm').test(source.text)) return undefined;
  return `${source.text}\n[${table}]\n${line}\n`;
}

/** A table and its lines taken away. */
export function without({ text }: Source, table: string): string | undefined {
  const block = new RegExp(`^\\[${literally(table)}\\][^\\n]*\\n(?:(?!\\[)[^\\n]*\\n?)*`, 'm');
  return block.test(text) ? text.replace(block, '') : undefined;
}

/** The line that sets a key to a string, with another string. */
export function setString({ text }: Source, key: string, value: string): string | undefined {
  const line = new RegExp(`^(${literally(key)}\\s*=\\s*)(["'])[^"'\\n]*\\2`, 'm');
  return line.test(text) ? text.replace(line, (_, head: string) => `${head}${JSON.stringify(value)}`) : undefined;
}

/** Text added at the end. */
export function append({ text }: Source, more: string): string {
  return `${text.trimEnd()}\n\n${more}\n`;
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
