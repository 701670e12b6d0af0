import { createHash, hash } from 'node:crypto';
import { ToolError } from '../errors/index.ts';
import { compareTarPaths } from '../tar/index.ts';

/** One row of RECORD (binary distribution format, "The RECORD file"). Hash and size are absent for RECORD itself and its signatures. */
export interface RecordRow {
  /** As written: relative to site-packages, POSIX. */
  readonly path: string;
  /** `sha256=` and unpadded URL-safe base64. */
  readonly hash: string | undefined;
  readonly size: number | undefined;
}

const algorithms = new Set(['sha256', 'sha384', 'sha512']);

/** Reads RECORD: CSV with `"` quoting. Throws WHEEL_RECORD for rows that are not a path, a strong hash and a size. */
export function parseRecord(text: string, wheel: string): RecordRow[] {
  return splitLines(text)
    .filter((line) => line.trim() !== '')
    .map((line) => parseRow(line, wheel));
}

function splitLines(text: string): string[] {
  return text.includes('"') ? (text.match(/(?:"(?:[^"]|"")*"|[^"\n])+/g) ?? []) : text.split('\n');
}

function parseRow(line: string, wheel: string): RecordRow {
  const cells = line.replace(/\r$/, '').match(/(?:"(?:[^"]|"")*"|[^",]*)(?:,|$)/g) ?? [];
  const [path = '', hash = '', size = ''] = cells.map(unquote);
  if (path === '') throw recordError(wheel, `malformed row ${JSON.stringify(line)}`);
  if (hash !== '' && !algorithms.has(hash.split('=', 1)[0] ?? '')) throw recordError(wheel, `${path} has no hash of the SHA-2 family`);
  if (size !== '' && !/^\d{1,15}$/.test(size)) throw recordError(wheel, `${path} has the size ${JSON.stringify(size)}`);
  return { path, hash: hash === '' ? undefined : hash.replace(/=+$/, ''), size: size === '' ? undefined : Number(size) };
}

function unquote(cell: string): string {
  const body = cell.endsWith(',') ? cell.slice(0, -1) : cell;
  return body.startsWith('"') ? body.slice(1, -1).replaceAll('""', '"') : body;
}

/** Writes RECORD: sorted, LF, quoted only where needed. */
export function formatRecord(rows: readonly RecordRow[]): string {
  const sorted = [...rows].sort((a, b) => compareTarPaths(a.path, b.path));
  return sorted.map((row) => `${quote(row.path)},${row.hash ?? ''},${row.size ?? ''}\n`).join('');
}

function quote(path: string): string {
  return /[",\r\n]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
}

/** The hash column for bytes held in memory. */
export function recordHash(bytes: Uint8Array | string): string {
  return `sha256=${hash('sha256', bytes, 'base64url')}`;
}

/** Passes the chunks on and throws WHEEL_RECORD at the end if they do not match the row. */
export function* verified(chunks: Iterable<Uint8Array>, row: RecordRow, wheel: string): Generator<Uint8Array> {
  const [algorithm = 'sha256', wanted] = (row.hash ?? '').split('=', 2);
  const hasher = row.hash === undefined ? undefined : createHash(algorithm);
  for (const chunk of chunks) {
    hasher?.update(chunk);
    yield chunk;
  }
  if (hasher !== undefined && hasher.digest('base64url') !== wanted) throw recordError(wheel, `${row.path} has another hash than its row`);
}

/** WHEEL_RECORD with one fact. */
export function recordError(wheel: string, fact: string): ToolError {
  return new ToolError('WHEEL_RECORD', `${wheel} does not match its RECORD: ${fact}`);
}
