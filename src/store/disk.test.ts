import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ToolError } from '../errors/index.ts';
import { storePaths } from './directory.ts';
import { diskError, makePrivate, ownerOf, temporaryPath } from './disk.ts';

const fault = (code: string) => Object.assign(new Error(`${code}: no space left on device, write '/home/someone/.cache'`), { code });

describe('diskError', () => {
  it.each(['ENOSPC', 'EDQUOT'])('calls %s a full store and says what helps', (code) => {
    expect(diskError(fault(code), 'write')).toMatchObject({ code: 'STORE_FULL', hint: expect.stringContaining('wherry cache prune') });
  });

  it('names other faults by their code and passes a ToolError', () => {
    expect(diskError(fault('EROFS'), 'write')).toMatchObject({ code: 'STORE_UNUSABLE', message: 'could not write (EROFS)' });
    const own = new ToolError('STORE_UNSAFE', 'x');
    expect(diskError(own, 'write')).toBe(own);
  });
});

describe('ownerOf', () => {
  const name = () => temporaryPath(storePaths('/s'), 'a'.repeat(64)).slice('/s/tmp/'.length);

  it('knows files of this process, of a dead one, and of nobody that can be asked', () => {
    expect(ownerOf(name())).toEqual({ alive: true, keep: 'a'.repeat(64) });
    expect(ownerOf(name().replace(/-\d+-/, '-999999999-')).alive).toBe(false);
    expect(ownerOf(name().replace(/^[0-9a-f]{8}/, '00000000')).alive).toBeUndefined();
    expect(ownerOf('something else')).toEqual({ alive: undefined, keep: undefined });
  });
});

describe('makePrivate', () => {
  it('makes parents too, and nothing that is there', async () => {
    const root = mkdtempSync(join(tmpdir(), 'wherry-disk-'));
    try {
      await makePrivate(join(root, 'a/b/c'));
      await makePrivate(join(root, 'a/b/c'));
      expect(statSync(join(root, 'a/b/c')).mode & 0o777).toBe(0o700);
      writeFileSync(join(root, 'file'), '');
      await expect(makePrivate(join(root, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
      await expect(makePrivate(join(root, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
    } finally {
      rmSync(root, { recursive: true });
    }
  });

  it.runIf(process.platform === 'linux')('ends where nothing can be made', async () => {
    await expect(makePrivate('/proc/wherry/store')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
