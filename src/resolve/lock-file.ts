import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parse, TomlError } from 'smol-toml';
import { ToolError, type Where } from '../errors/index.ts';
import { formatWherryLock } from './lock-format.ts';
import { type LockProblem, lockFromData } from './lock-schema.ts';
import { emptyWherryLock, type WherryLock } from './wherry-lock.ts';

const maxFileSize = 64 * 1024 * 1024;

/** Reads wherry.lock of a workspace root; an empty lock if there is no file. Errors: WHERRY_LOCK_BROKEN. */
export async function readWherryLock(root: string): Promise<WherryLock> {
  const file = join(root, 'wherry.lock');
  const text = await readText(file);
  return text === undefined ? emptyWherryLock : parseWherryLock(text, file);
}

/** Reads the text of a wherry.lock; `file` is for messages. Errors: WHERRY_LOCK_BROKEN. */
export function parseWherryLock(text: string, file: string): WherryLock {
  const lock = lockFromData(parseToml(text, file));
  if ('bases' in lock) return lock;
  throw broken(`${lock.path.join('.') || 'the file'}: ${lock.message}`, placeOf(text, file, lock));
}

/** Writes wherry.lock by an atomic rename; a file with the same text is not touched. Errors: WHERRY_LOCK_UNWRITABLE, WHERRY_LOCK_BROKEN. */
export async function writeWherryLock(root: string, lock: WherryLock): Promise<void> {
  const file = join(root, 'wherry.lock');
  const text = formatWherryLock(lock);
  if ((await readText(file).catch(() => undefined)) === text) return;
  // A base may hold values that the schema refuses; nothing is written that could not be read again.
  parseWherryLock(text, file);
  const temporary = join(root, `.wherry.lock.${randomBytes(6).toString('hex')}`);
  try {
    await writeSynced(temporary, text);
    await rename(temporary, file);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new ToolError('WHERRY_LOCK_UNWRITABLE', `cannot write ${file}`, {
      cause,
      where: { file },
      hint: 'make the directory writable, or build with --locked',
    });
  }
}

/** Whether two locks would be the same file. */
export function sameWherryLock(a: WherryLock, b: WherryLock): boolean {
  return formatWherryLock(a) === formatWherryLock(b);
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, 'wx', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function readText(file: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(file);
    if (bytes.length <= maxFileSize) return bytes.toString('utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw broken('it cannot be read', { file }, error);
  }
  throw broken(`it is larger than ${maxFileSize} bytes`, { file });
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw broken(error.message.split('\n')[0] ?? 'not TOML', { file, line: error.line, column: error.column }, error);
  }
}

// The parser gives no positions for values; the file is written by us, so lines follow from the layout of `formatWherryLock`.
function placeOf(text: string, file: string, { path }: LockProblem): Where {
  const lines = text.split('\n');
  const [table, index, key, row] = path;
  const headers = lines.flatMap((line, at) => (line.trim() === `[[${String(table)}]]` ? [at] : []));
  const start = typeof index === 'number' ? headers[index] : undefined;
  if (start === undefined) return { file };
  const keyAt = lines.findIndex((line, at) => at > start && line.startsWith(`${String(key)} =`));
  if (keyAt === -1) return { file, line: start + 1 };
  return { file, line: keyAt + 1 + (typeof row === 'number' ? row + 1 : 0) };
}

function broken(why: string, where: Where, cause?: unknown): ToolError {
  return new ToolError('WHERRY_LOCK_BROKEN', `cannot use wherry.lock: ${why}`, {
    where,
    hint: 'restore the file from version control, or delete it and run: wherry lock',
    ...(cause === undefined ? {} : { cause }),
  });
}
