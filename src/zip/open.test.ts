import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { deflateRawSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badArchives, unicodePath } from '../../test/bad-archives.ts';
import { collect } from '../../test/deflate-samples.ts';
import { type ArchiveSpec, buildZip, descriptor, type EntrySpec, extraField, le } from '../../test/zip-builder.ts';
import type { Deflated } from '../deflated.ts';
import { ToolError } from '../errors/index.ts';
import { type OpenZipOptions, openZip } from './open.ts';
import { type ZipRule, zipRules } from './rules.ts';
import type { ZipEntry } from './types.ts';

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'wherry-zip-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function save(bytes: Buffer): string {
  const file = join(directory, 'demo-1.0-py3-none-any.whl');
  writeFileSync(file, bytes);
  return file;
}

function readWhole(bytes: Buffer, options: OpenZipOptions = {}): Record<string, string> {
  const zip = openZip(save(bytes), options);
  const files = zip.entries.filter((entry) => entry.type === 'file');
  return Object.fromEntries(files.map((entry) => [entry.path, Buffer.from(zip.readAll(entry)).toString()]));
}

/** As `readWhole`, by way of deflate streams where there are any. */
function spliceWhole(bytes: Buffer, options: OpenZipOptions = {}): void {
  const zip = openZip(save(bytes), options);
  for (const entry of zip.entries) for (const _ of zip.deflated(entry)?.pieces() ?? zip.read(entry));
}

function refusal(bytes: Buffer, options: OpenZipOptions = {}, read: (bytes: Buffer, options: OpenZipOptions) => void = readWhole): string {
  try {
    read(bytes, options);
  } catch (error) {
    if (error instanceof ToolError && error.code === 'ARCHIVE_UNSAFE') return error.message.split(' ').at(-1) as string;
    throw error;
  }
  return 'accepted';
}

const a = { name: 'a.txt', data: 'alpha alpha alpha alpha' };
const b = { name: 'dir/b.txt', data: 'beta' };
const deferred = { flags: 8, crc32: 0, size: 0, compressedSize: 0 };
const wide = (...values: number[]) => extraField(1, le(...values.map((value) => [8, value] as const)));

describe('accepted archives', () => {
  it.each<[string, EntrySpec[], ArchiveSpec]>([
    ['deflated and stored files', [a, { ...b, method: 0 }], {}],
    ['directory entries', [{ name: 'dir/' }, a, b], {}],
    ['a comment', [a, b], { comment: Buffer.from('made by hand') }],
    ['zeros after the end', [a, b], { trailing: Buffer.alloc(40) }],
    ['a signed data descriptor', [{ ...a, local: deferred, central: { flags: 8 }, after: descriptor(a.data) }, b], {}],
    [
      'an unsigned data descriptor',
      [a, { ...b, local: deferred, central: { flags: 8 }, after: descriptor(b.data, { signed: false }) }],
      {},
    ],
    ['a ZIP64 data descriptor', [a, { ...b, ...zip64Deferred(b.data) }], {}],
    ['ZIP64 sizes in a local header that was written first', [a, { ...b, local: zip64Local(b.data) }], {}],
    [
      'ZIP64 sizes beside equal classic ones, as Bazel writes them',
      [a, { ...b, local: { extra: zip64Local(b.data)?.extra as Buffer } }],
      {},
    ],
    ['ZIP64 end records', [a, b], { zip64: {} }],
    ['an unknown extra field', [{ ...a, both: { extra: extraField(0x5455, Buffer.alloc(5)) } }, b], {}],
    ['a Unicode path that agrees', [{ ...a, both: { extra: unicodePath(a.name) } }, b], {}],
    ['another order of offsets', [b, a], {}],
  ])('%s', (_, entries, archive) => {
    expect(readWhole(buildZip(entries, archive))).toEqual({ 'a.txt': a.data, 'dir/b.txt': b.data });
  });

  it('an empty archive', () => expect(readWhole(buildZip([]))).toEqual({}));

  it('names that are not ASCII', () => expect(readWhole(buildZip([{ name: 'größe/ß.txt', data: 'x' }]))).toEqual({ 'größe/ß.txt': 'x' }));

  it('zstd', () => {
    const entry = { ...a, method: 93, raw: zstdCompressSync(Buffer.from(a.data)) };
    expect(readWhole(buildZip([entry]))).toEqual({ 'a.txt': a.data });
  });

  it('a file descriptor, which stays open', () => {
    const fd = openSync(save(buildZip([a])), 'r');
    const zip = openZip(fd);
    const [entry] = zip.entries;
    expect(entry && Buffer.from(zip.readAll(entry)).toString()).toBe(a.data);
    expect(zip.label).toBe('archive');
    closeSync(fd);
  });

  it('entries of any size, in bounded pieces', () => {
    const data = Buffer.alloc(30_000_000, 'wherry ');
    const zip = openZip(save(buildZip([{ name: 'big', data }])));
    const [entry] = zip.entries;
    const pieces = entry === undefined ? [] : Array.from(zip.read(entry), (piece) => Buffer.from(piece));
    expect(Buffer.concat(pieces).equals(data)).toBe(true);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(4 * 1024 * 1024);
  });

  it('archives beyond 2 GiB as Python writes them', () => {
    const size = 2_500_000_000;
    const { bytes, central } = largeArchive(size);
    const file = join(directory, 'large.whl');
    const fd = openSync(file, 'w');
    writeSync(fd, bytes.subarray(0, central), 0, central, 0);
    writeSync(fd, bytes.subarray(central), 0, bytes.length - central, central + size);
    closeSync(fd);
    expect(openZip(file).entries).toMatchObject([{ path: 'big', size, compressedSize: size }]);
    rmSync(file);
  });

  it.each([
    [3, 0o100755, 0o100755, true],
    [3, 0o100644, 0o100644, false],
    [3, 0o100611, 0o100611, true],
    [0, 0o100755, 0o100755, true],
    [3, 0, undefined, false],
  ])('modes: host %i, %o', (host, mode, wanted, executable) => {
    const [entry] = openZip(save(buildZip([{ ...a, central: { host, mode } }]))).entries;
    expect(entry).toMatchObject({ mode: wanted, executable });
  });
});

/** ZIP64 sizes in the local header only, as a writer leaves them that reserved the room. */
function zip64Local(data: string): EntrySpec['local'] {
  const big = deflateRawSync(Buffer.from(data)).length;
  return { size: 0xffffffff, compressedSize: 0xffffffff, extra: wide(data.length, big) };
}

function zip64Deferred(data: string): Omit<EntrySpec, 'name'> {
  return { local: { ...zip64Local(data), flags: 8 }, central: { flags: 8 }, after: descriptor(data, { wide: true }) };
}

/** Headers of an archive with one stored entry whose data, a hole in the file, is to be put before `central`. */
function largeArchive(size: number): { bytes: Buffer; central: number } {
  const entry = { name: 'big', method: 0, both: { size: 0xffffffff, compressedSize: 0xffffffff, extra: wide(size, size) } };
  const plain = buildZip([entry]);
  const central = plain.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  const offset = central + size;
  const locator = BigInt(offset + plain.length - 22 - central);
  return { central, bytes: buildZip([entry], { zip64: { saturate: false, offset: BigInt(offset), locator }, end: { offset } }) };
}

describe('refused archives', () => {
  it.each(badArchives())('%s: %s', (rule, _, bytes, options = {}) => {
    expect(refusal(bytes, options)).toBe(rule);
    expect(refusal(bytes, options, spliceWhole)).toBe(rule);
  });

  it('covers every rule', () => {
    const tested = new Set(badArchives().map(([rule]) => rule));
    expect((Object.keys(zipRules) as ZipRule[]).filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it('names archive, rule and entry', () => {
    const file = save(buildZip([{ name: '../x', data: 'x' }]));
    expect(() => openZip(file)).toThrow(
      expect.objectContaining({
        message: 'demo-1.0-py3-none-any.whl breaks the archive rule name-parent',
        details: ['"../x" in demo-1.0-py3-none-any.whl: the path has a `..` segment'],
      }),
    );
  });

  it('refuses to read a large file into memory', () => {
    const zip = openZip(save(buildZip([a])));
    expect(() => zip.entries.map((entry) => zip.readAll(entry, 10))).toThrow(expect.objectContaining({ code: 'ARCHIVE_UNSAFE' }));
  });
});

describe('deflate streams of entries', () => {
  it('are the bytes of the archive without the mark of their last block', () => {
    const data = Buffer.alloc(5_000_000, 'wherry ');
    const bytes = buildZip([a, { name: 'big', data }]);
    const zip = openZip(save(bytes));
    for (const [entry, content] of zip.entries.map((each) => [each, each.path === 'big' ? data : Buffer.from(a.data)] as const)) {
      const deflated = zip.deflated(entry) as Deflated;
      const found = collect(deflated.pieces());
      const expected = bytes.subarray(entry.dataOffset, entry.dataOffset + entry.compressedSize);
      expect(deflated).toMatchObject({ size: entry.compressedSize, crc32: entry.crc32 });
      expect(found.bytes.equals(content)).toBe(true);
      expect(Math.ceil(found.end / 8)).toBe(entry.compressedSize);
      expected[found.lastBlock >> 3] = (expected[found.lastBlock >> 3] ?? 0) ^ (1 << (found.lastBlock & 7));
      expect(found.raw.equals(expected)).toBe(true);
    }
  });

  it('are not there for other methods', () => {
    const zip = openZip(
      save(buildZip([{ ...a, method: 0 }, { ...b, method: 93, raw: zstdCompressSync(Buffer.from(b.data)) }, { name: 'dir/' }])),
    );
    expect(zip.entries.map((entry) => zip.deflated(entry))).toEqual([undefined, undefined, undefined]);
  });

  it('stop as soon as there are more bytes than announced', () => {
    const bomb = { name: 'bomb', data: Buffer.alloc(60_000_000), both: { size: 3_000_000 } };
    const zip = openZip(save(buildZip([bomb])));
    const [entry] = zip.entries as [ZipEntry];
    let taken = 0;
    const read = () => {
      for (const piece of zip.deflated(entry)?.pieces() ?? []) if (piece.kind === 'plain') taken += piece.bytes.length;
    };
    expect(read).toThrow(/data-size$/);
    expect(taken).toBeLessThanOrEqual(3_000_000);
  });
});

describe('damage', () => {
  const good = buildZip([
    { name: 'dir/' },
    a,
    { ...b, method: 0 },
    { ...b, name: 'c', local: deferred, central: { flags: 8 }, after: descriptor(b.data) },
  ]);
  const contents = JSON.stringify(readWholeOf(good));

  it.each([0x01, 0x10, 0x80, 0xff])('of any one byte (xor %i) is refused or changes no content', (mask) => {
    const file = join(directory, 'damaged.whl');
    for (let at = 0; at < good.length; at++) {
      const damaged = Buffer.from(good);
      damaged[at] = (damaged[at] ?? 0) ^ mask;
      writeFileSync(file, damaged);
      expect(outcome(file), `byte ${at}`).toMatch(/^(?:refused|same)$/);
    }
  });

  it('of the length is refused', () => {
    const file = join(directory, 'cut.whl');
    for (let length = 0; length < good.length; length++) {
      writeFileSync(file, good.subarray(0, length));
      expect(outcome(file), `${length} bytes`).toBe('refused');
    }
  });

  function outcome(file: string): string {
    try {
      const zip = openZip(file, { label: 'damaged' });
      const files = zip.entries.filter((entry) => entry.type === 'file');
      const read = files.map((entry) => [entry.path, Buffer.from(zip.readAll(entry)).toString()]);
      return JSON.stringify(read) === contents ? 'same' : `other contents: ${JSON.stringify(read)}`;
    } catch (error) {
      return error instanceof ToolError && error.code === 'ARCHIVE_UNSAFE' ? 'refused' : `failed: ${error}`;
    }
  }
});

function readWholeOf(bytes: Buffer): [string, string][] {
  const file = join(mkdtempSync(join(tmpdir(), 'wherry-zip-')), 'good.whl');
  writeFileSync(file, bytes);
  const zip = openZip(file);
  const contents = zip.entries
    .filter((entry) => entry.type === 'file')
    .map((entry): [string, string] => [entry.path, Buffer.from(zip.readAll(entry)).toString()]);
  rmSync(dirname(file), { recursive: true });
  return contents;
}
