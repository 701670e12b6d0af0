import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arArchive, makeDeb, storedXz } from '../../test/debianPackage.ts';
import { openScratch, openStore, type Scratch } from '../store/index.ts';
import { readAr } from './ar.ts';
import { openDeb } from './deb.ts';
import { xzChunks } from './xz.ts';

let directory: string;
let scratch: Scratch;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-deb-'));
  await openStore({ env: {}, directory });
  scratch = openScratch(directory);
});
afterAll(async () => {
  scratch.close();
  await rm(directory, { recursive: true, force: true });
});

const control = { Package: 'hello', Version: '1.0-1', Architecture: 'all' };
const expected = { name: 'hello', version: '1.0-1', architecture: 'all' } as const;
const files = [
  { name: './usr/', type: 'directory' as const },
  { name: './usr/hello', data: 'hi', mode: 0o755 },
  { name: './usr/link', type: 'symlink' as const, linkname: 'hello' },
  { name: `./usr/${'long/'.repeat(60)}name`, data: 'deep' },
];

describe('openDeb', () => {
  it.each(['xz', 'gz', 'zst'] as const)('reads control and data compressed as %s', async (compression) => {
    const bytes = await makeDeb({ control, extra: { md5sums: 'abc  usr/hello\n', postinst: '#!/bin/sh\n' }, files, compression });
    const deb = await openDeb(bytes, expected, scratch);
    expect(deb.controlText).toBe('Package: hello\nVersion: 1.0-1\nArchitecture: all\n');
    expect([...deb.controlFiles.keys()]).toEqual(['md5sums', 'postinst']);
    expect(deb.items.map(({ path }) => path)).toEqual(['', 'usr', 'usr/hello', 'usr/link', `usr/${'long/'.repeat(60)}name`]);
    expect(deb.items[2]).toMatchObject({ type: 'file', mode: 0o755, size: 2 });
    expect(deb.items.map(({ content }) => Buffer.from(content.bytes()).toString())).toEqual(['', '', 'hi', '', 'deep']);
    expect(deb.items[3]).toMatchObject({ type: 'symlink', linkname: 'hello' });
  });

  it.each([
    ['name', { Package: 'goodbye' }],
    ['version', { Version: '1.0-2' }],
    ['architecture', { Architecture: 'amd64' }],
  ])('refuses a package with another %s than its entry', async (field, other) => {
    const bytes = await makeDeb({ control: { ...control, ...other }, files });
    await expect(openDeb(bytes, expected, scratch)).rejects.toMatchObject({
      code: 'DEB_MISMATCH',
      message: expect.stringContaining(field),
    });
  });

  it('refuses damaged archives', async () => {
    const good = await makeDeb({ control, files });
    const members = readAr(good);
    const damaged: readonly Uint8Array[] = [
      Buffer.from('not an archive'),
      good.subarray(0, good.length - 10),
      arArchive({ 'debian-binary': Buffer.from('2.0\n') }),
      arArchive({ 'control.tar.lzma': Buffer.from('x'), 'data.tar.xz': Buffer.from('x') }),
      arArchive({ ...Object.fromEntries(members), 'data.tar.xz': (members.get('data.tar.xz') ?? good).subarray(0, 80) }),
      arArchive({ ...Object.fromEntries(members), 'control.tar.xz': storedXz(Buffer.alloc(1024)) }),
    ];
    for (const bytes of damaged) await expect(openDeb(bytes, expected, scratch)).rejects.toMatchObject({ code: 'DEB_ARCHIVE' });
  });

  it('refuses paths that leave the root', async () => {
    const bytes = await makeDeb({ control, files: [{ name: './../etc/passwd', data: 'x' }] });
    await expect(openDeb(bytes, expected, scratch)).rejects.toMatchObject({ code: 'DEB_ARCHIVE' });
  });
});

async function unxz(compressed: Uint8Array, limit: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of xzChunks(compressed, limit)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('xzChunks', () => {
  const data = Buffer.alloc(200_000, 'abcdefg');

  it('gives the bytes, up to a limit', async () => {
    expect(Buffer.from(await unxz(storedXz(data), data.length)).equals(data)).toBe(true);
    await expect(unxz(storedXz(data), data.length - 1)).rejects.toThrow(RangeError);
    // A stopped stream must not keep the next one from starting.
    expect((await unxz(storedXz(Buffer.from('next')), 10)).length).toBe(4);
  });

  it('fails on cut and on altered streams', async () => {
    const packed = storedXz(data);
    const altered = Buffer.from(packed);
    altered[1000] = 0;
    await expect(unxz(packed.subarray(0, 5000), data.length)).rejects.toThrow();
    await expect(unxz(altered, data.length)).rejects.toThrow();
    await expect(unxz(new Uint8Array(), 10)).rejects.toThrow();
  });
});
