import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { passwordEntry } from './auth-file.ts';
import { changeLogin, readLoginFile } from './file.ts';

let home = '';
let file = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'wherry-login-file-'));
  file = join(home, '.config/wherry/auth.json');
});
afterEach(async () => await rm(home, { recursive: true }));

const [one, two] = [passwordEntry('one', 'a'), passwordEntry('two', 'b')];
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;

it('is made for its owner alone, and nothing else is left there', async () => {
  const umask = process.umask(0);
  try {
    expect(await changeLogin(file, 'r.example', one)).toBe(true);
  } finally {
    process.umask(umask);
  }
  expect(await readLoginFile(file)).toEqual({ auths: { 'r.example': one } });
  expect([await modeOf(file), await modeOf(dirname(file))]).toEqual([0o600, 0o700]);
  expect(await readdir(dirname(file))).toEqual(['auth.json']);
});

it('keeps what else is in it', async () => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify({ auths: { 'https://r.example/v2/': one, 's.example/team': two }, later: [1] }), { mode: 0o600 });
  await changeLogin(file, 'r.example', two);
  expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({ auths: { 'r.example': two, 's.example/team': two }, later: [1] });
  expect(await changeLogin(file, 'r.example', undefined)).toBe(true);
  expect(await changeLogin(file, 'r.example', undefined)).toBe(false);
  expect((await readLoginFile(file))?.auths).toEqual({ 's.example/team': two });
});

it('loses nothing when several logins are saved at once', async () => {
  const hosts = Array.from({ length: 8 }, (_, index) => `r${index}.example`);
  await Promise.all(hosts.map(async (host) => await changeLogin(file, host, one)));
  expect(Object.keys((await readLoginFile(file))?.auths ?? {}).toSorted()).toEqual(hosts);
});

it('is not made by forgetting', async () => {
  expect(await changeLogin(file, 'r.example', undefined)).toBe(false);
  expect(await readdir(home)).toEqual([]);
});

it.each([0o644, 0o640, 0o602])('with mode %o is neither read nor written', async (mode) => {
  await changeLogin(file, 'r.example', passwordEntry('me', 'canary'));
  await chmod(file, mode);
  await expect(readLoginFile(file)).rejects.toMatchObject({ code: 'LOGIN_FILE_UNSAFE', hint: expect.stringContaining('chmod 600') });
  const before = await readFile(file, 'utf8');
  await expect(changeLogin(file, 's.example', two)).rejects.toMatchObject({ code: 'LOGIN_FILE_UNSAFE' });
  expect(await readFile(file, 'utf8')).toBe(before);
});

it.runIf(process.getuid?.() === 0)('of another user is not used', async () => {
  await changeLogin(file, 'r.example', one);
  const { chown } = await import('node:fs/promises');
  await chown(file, 65_534, 65_534);
  await expect(readLoginFile(file)).rejects.toMatchObject({ code: 'LOGIN_FILE_UNSAFE', message: expect.stringContaining('another user') });
});

it('that is broken is not written over', async () => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '{"auths": canary', { mode: 0o600 });
  await expect(changeLogin(file, 'r.example', one)).rejects.toMatchObject({
    code: 'REGISTRY_CONFIG',
    message: expect.not.stringContaining('canary'),
  });
  expect(await readFile(file, 'utf8')).toBe('{"auths": canary');
});

it('stays a link where it is one', async () => {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(join(home, 'kept.json'), '{}', { mode: 0o600 });
  await symlink(join(home, 'kept.json'), file);
  await changeLogin(file, 'r.example', one);
  expect(JSON.parse(await readFile(join(home, 'kept.json'), 'utf8'))).toEqual({ auths: { 'r.example': one } });
});

it('that cannot be written is an error of its own', async () => {
  await writeFile(join(home, '.config'), '');
  await expect(changeLogin(file, 'r.example', one)).rejects.toMatchObject({ code: 'LOGIN_FILE_WRITE' });
});
