import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Context } from '../context.ts';
import { parsePort, parseVolume, readEnvironment } from './arguments.ts';

describe('parsePort', () => {
  it.each([
    ['8080:80', { address: undefined, host: 8080, container: 80 }],
    ['8000', { address: undefined, host: 8000, container: 8000 }],
    ['0.0.0.0:1:2', { address: '0.0.0.0', host: 1, container: 2 }],
    ['[::1]:1:2', { address: '[::1]', host: 1, container: 2 }],
  ])('reads %s', (text, expected) => {
    expect(parsePort(text)).toEqual(expected);
  });

  it.each(['', 'a', '0:1', '1:65536', '1:2:3:4', ':1', '80/udp'])('refuses %j', (text) => {
    expect(() => parsePort(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('parseVolume', () => {
  it.each([
    ['./data:/app/data', { source: '/work/data', target: '/app/data', readOnly: false }],
    ['/x:/y:ro', { source: '/x', target: '/y', readOnly: true }],
  ])('reads %s', (text, expected) => {
    expect(parseVolume(text, '/work')).toEqual(expected);
  });

  it.each(['/x', '/x:y', '/x:/y:rx', ':/y'])('refuses %j', (text) => {
    expect(() => parseVolume(text, '/')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('readEnvironment', () => {
  const context = { env: { OUTER: 'from outside' } } as unknown as Context;
  const read = async (env: readonly string[], envFile?: string) => Object.fromEntries(await readEnvironment({ env, envFile, context }));

  it('takes values, and the values of the caller for bare names', async () => {
    expect(await read(['A=1', 'A=b=c', 'OUTER', 'MISSING', 'EMPTY='])).toEqual({ A: 'b=c', OUTER: 'from outside', EMPTY: '' });
  });

  it('reads a file first, as Docker does', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'wherry-env-'));
    const file = join(directory, '.env');
    writeFileSync(file, '# comment\r\nA=1\n\n  B="2" # kept\nOUTER\n');
    expect(await read(['A=3'], file)).toEqual({ A: '3', B: '"2" # kept', OUTER: 'from outside' });
    rmSync(directory, { recursive: true });
  });

  it('never shows a value in a message', async () => {
    await expect(read(['BAD NAME=secret'])).rejects.toMatchObject({ code: 'USAGE', message: expect.not.stringContaining('secret') });
    await expect(read([], '/nowhere/.env')).rejects.toMatchObject({ code: 'USAGE' });
  });
});
