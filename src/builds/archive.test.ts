import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildZip } from '../../test/zip-builder.ts';
import type { BuildFile } from '../backend/index.ts';
import { errorCode } from '../project/fixture.ts';
import { headerBytes, padding } from '../tar/index.ts';
import { unpackArchive, unpackCommit } from './archive.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wherry-archive-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Part {
  readonly path: string;
  readonly text?: string;
  readonly target?: string;
  readonly mode?: number;
  /** Type flag of the header. */
  readonly flag?: string;
}

/** A tar archive of any entries, also of ones that no writer of ours makes. */
function tar(...parts: readonly Part[]): Buffer {
  const blocks = parts.flatMap(({ path, text = '', target = '', mode = 0o644, flag = target === '' ? '0' : '2' }) => {
    const base = { path: 'x', uid: 0, gid: 0, mtime: 0, mode };
    const header = Buffer.from(headerBytes({ ...base, type: 'file', size: Buffer.byteLength(text), content: () => [] }));
    header.fill(0, 0, 100).write(path, 0);
    header.fill(0, 157, 257).write(target, 157);
    header.write(flag, 156);
    header.fill(0x20, 148, 156);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, Buffer.from(text), padding(Buffer.byteLength(text))];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function stored(bytes: Uint8Array): string {
  const path = join(folder, 'archive');
  writeFileSync(path, bytes);
  return path;
}

async function shown(files: readonly BuildFile[]): Promise<string[]> {
  const lines = files.map(async (file) => {
    if (file.type === 'symlink') return `${file.path} -> ${file.target}`;
    return `${file.path}${file.executable ? '*' : ''}: ${Buffer.from(await file.content()).toString()}`;
  });
  return await Promise.all(lines);
}

describe('a source archive', () => {
  const whole = [
    { path: 'demo-1.0/', flag: '5' },
    { path: 'demo-1.0/a.py', text: 'a' },
    { path: 'demo-1.0/run', text: 'b', mode: 0o755 },
    { path: 'demo-1.0/src/link', target: '../a.py' },
    { path: 'demo-1.0/hard', target: 'demo-1.0/a.py', flag: '1' },
  ];
  const files = ['a.py: a', 'run*: b', 'src/link -> ../a.py', 'hard: a'];

  it('is unpacked without its top directory, whatever it is called', async () => {
    const unpacked = await unpackArchive(stored(gzipSync(tar(...whole))), 'demo 1.0');
    expect(unpacked.rootName).toBe('demo-1.0');
    expect(await shown(unpacked.files)).toEqual(files);
    const zip = buildZip([
      { name: 'demo-1.0/a.py', data: 'a' },
      { name: 'demo-1.0/run', data: 'b', mode: 0o100755 },
    ]);
    expect(await shown((await unpackArchive(stored(zip), 'demo 1.0')).files)).toEqual(files.slice(0, 2));
  });

  it('may have several things at the top', async () => {
    const unpacked = await unpackArchive(stored(gzipSync(tar({ path: 'a/b' }, { path: 'c' }))), 'demo 1.0');
    expect([unpacked.rootName, unpacked.files.map(({ path }) => path)]).toEqual([undefined, ['a/b', 'c']]);
  });

  it.each([
    [{ path: 'demo/../../etc/x' }, 'TAR_DAMAGED'],
    [{ path: 'demo/a\\b' }, 'ARCHIVE_UNSAFE'],
    [{ path: 'demo/link', target: '/etc/passwd' }, 'ARCHIVE_UNSAFE'],
    [{ path: 'demo/a/link', target: '../../other' }, 'ARCHIVE_UNSAFE'],
    [{ path: 'demo/hard', target: 'demo/none', flag: '1' }, 'ARCHIVE_UNSAFE'],
    [{ path: 'demo/device', flag: '3' }, 'ARCHIVE_UNSAFE'],
    [{ path: 'demo/pipe', flag: '6' }, 'ARCHIVE_UNSAFE'],
  ])('is refused for %j', async (part, code) => {
    expect(await errorCode(unpackArchive(stored(gzipSync(tar(part))), 'demo 1.0'))).toBe(code);
  });

  it('is refused where it is no archive, or a bomb', async () => {
    expect(await errorCode(unpackArchive(stored(Buffer.from('hello')), 'demo 1.0'))).toBe('ARCHIVE_UNSAFE');
    expect(await errorCode(unpackArchive(stored(gzipSync(Buffer.alloc(600 * 1024 * 1024), { level: 1 })), 'demo 1.0'))).toBe(
      'ARCHIVE_UNSAFE',
    );
  });
});

it('a commit keeps its links as they are', async () => {
  const { files } = await unpackCommit(stored(tar({ path: 'link', target: '../out' })), 'demo 1.0');
  expect(await shown(files)).toEqual(['link -> ../out']);
});
