import { createHash, type Hash, hash } from 'node:crypto';
import { type Deflated, watchPlain } from '../deflated.ts';
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
  const content = new RowCheck(row, wheel);
  for (const chunk of chunks) {
    content.add(chunk);
    yield chunk;
  }
  content.end();
}

/** The same for a file that is read as a deflate stream. */
export function verifiedDeflated(deflated: Deflated, row: RecordRow, wheel: string): Deflated {
  const pieces: Deflated['pieces'] = function* () {
    const content = new RowCheck(row, wheel);
    const end = yield* watchPlain(deflated.pieces(), (bytes) => content.add(bytes));
    content.end();
    return end;
  };
  return { ...deflated, pieces };
}

class RowCheck {
  readonly #row: RecordRow;
  readonly #wheel: string;
  readonly #wanted: string | undefined;
  readonly #hash: Hash | undefined;

  constructor(row: RecordRow, wheel: string) {
    this.#row = row;
    this.#wheel = wheel;
    const [algorithm = 'sha256', wanted] = (row.hash ?? '').split('=', 2);
    this.#wanted = wanted;
    this.#hash = row.hash === undefined ? undefined : createHash(algorithm);
  }

  add(bytes: Uint8Array): void {
    this.#hash?.update(bytes);
  }

  end(): void {
    if (this.#hash === undefined || this.#hash.digest('base64url') === this.#wanted) return;
    throw recordError(this.#wheel, `${this.#row.path} has another hash than its row`);
  }
}

/** WHEEL_RECORD with one fact. */
export function recordError(wheel: string, fact: string): ToolError {
  return new ToolError('WHEEL_RECORD', `${wheel} does not match its RECORD: ${fact}`);
}
