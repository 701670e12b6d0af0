import { randomBytes } from 'node:crypto';
import { chmod, open, realpath, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ToolError } from '../../errors/index.ts';
import { lockPrivate, makePrivate, writeSynced } from '../../store/index.ts';
import { type AuthFile, normalKey, parseAuthFile } from './auth-file.ts';

/**
 * Wherry's own logins, or undefined if there are none. A file that others may read or that another user owns is not used.
 * Errors: LOGIN_FILE_UNSAFE, REGISTRY_CONFIG.
 */
export async function readLoginFile(file: string): Promise<AuthFile | undefined> {
  const text = await readOwn(file);
  return text === undefined ? undefined : parseAuthFile(text, file);
}

/** Sets or (undefined) removes the entry of a key, and keeps all others. False if there was nothing to remove. Errors: as above, LOGIN_FILE_WRITE. */
export async function changeLogin(file: string, key: string, entry: NonNullable<AuthFile['auths']>[string] | undefined): Promise<boolean> {
  if (entry === undefined && (await readOwn(file)) === undefined) return false;
  const target = await realpath(file).catch(() => file);
  const directory = dirname(target);
  try {
    await makePrivate(dirname(file));
    await chmod(dirname(file), 0o700);
    const release = await lockPrivate(`${target}.lock`, { directory, isDone: async () => false, patience: 10_000 });
    try {
      return await rewrite(target, key, entry);
    } finally {
      await release?.();
    }
  } catch (error) {
    if (error instanceof ToolError && error.code !== 'STORE_UNUSABLE' && error.code !== 'STORE_FULL') throw error;
    throw new ToolError('LOGIN_FILE_WRITE', `cannot write ${file}`, { where: { file }, cause: error });
  }
}

async function rewrite(target: string, key: string, entry: NonNullable<AuthFile['auths']>[string] | undefined): Promise<boolean> {
  const text = (await readOwn(target)) ?? '{}';
  const { auths } = parseAuthFile(text, target);
  // What other versions wrote beside `auths` stays.
  const whole: unknown = text.trim() === '' ? {} : JSON.parse(text);
  const kept = Object.entries(auths ?? {}).filter(([name]) => normalKey(name) !== key);
  if (entry === undefined && kept.length === Object.keys(auths ?? {}).length) return false;
  const next = { ...(whole as object), auths: Object.fromEntries([...kept, ...(entry === undefined ? [] : [[key, entry] as const])]) };
  const temporary = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    await writeSynced(temporary, Buffer.from(`${JSON.stringify(next, null, 2)}\n`));
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return true;
}

/** Checked and read through one handle, so that the file that was checked is the one that is read. */
async function readOwn(file: string): Promise<string | undefined> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw new ToolError('REGISTRY_CONFIG', `cannot read registry credentials from ${file}`, { where: { file }, cause: error });
  });
  if (handle === undefined) return undefined;
  try {
    const { uid, mode } = await handle.stat();
    const user = process.getuid?.();
    if (user !== undefined && uid !== user) throw unsafe(file, 'belongs to another user');
    if (user !== undefined && (mode & 0o077) !== 0) throw unsafe(file, 'can be read or written by others');
    return await handle.readFile('utf8');
  } catch (cause) {
    if (cause instanceof ToolError) throw cause;
    throw new ToolError('REGISTRY_CONFIG', `cannot read registry credentials from ${file}`, { where: { file }, cause });
  } finally {
    await handle.close();
  }
}

function unsafe(file: string, why: string): ToolError {
  return new ToolError('LOGIN_FILE_UNSAFE', `${file} ${why}, so the logins in it are not used`, {
    where: { file },
    hint: `run chmod 600 ${file} if it is yours, and change the passwords in it; or remove it and log in again`,
  });
}
