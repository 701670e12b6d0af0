import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArchiveSpec, buildZip, descriptor, type EntrySpec, extraField, le } from '../../test/zip-builder.ts';
import { ToolError } from '../errors/index.ts';
import { type OpenZipOptions, openZip } from './open.ts';
import { type ZipRule, zipRules } from './rules.ts';

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

function refusal(bytes: Buffer, options: OpenZipOptions = {}): string {
  try {
    readWhole(bytes, options);
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
    const pieces = entry === undefined ? [] : [...zip.read(entry)];
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

function unicodePath(name: string, crcOf = name): Buffer {
  return extraField(0x7075, Buffer.concat([Buffer.of(1), le([4, crc32(Buffer.from(crcOf))]), Buffer.from(name)]));
}

const evil = (name: string | Buffer): EntrySpec[] => [{ name, data: 'x' }];
const packed = deflateRawSync(Buffer.from(a.data));
const control = (byte: number) => Buffer.from([0x41, byte, 0x42]);

/** One archive or more for every rule. */
const bad: [ZipRule, string, Buffer, OpenZipOptions?][] = [
  ['central-bounds', 'a directory that starts later', buildZip([a, b], { end: { offset: 200 } })],
  ['central-bounds', 'bytes between directory and end', buildZip([a], { beforeEnd: Buffer.from('stray') })],
  ['central-bounds', 'an offset beyond the file', buildZip([a], { end: { offset: 0xfffffffe } })],
  ['central-header', 'a record without signature', corruptCentral(buildZip([a]))],
  ['central-too-large', 'a cap of 10 bytes', buildZip([a]), { limits: { centralDirectory: 10 } }],
  ['comment-control-bytes', 'an end record in the comment', buildZip([a], { comment: Buffer.from([0x50, 0x4b, 5, 7]) })],
  ['comment-control-bytes', 'byte 8', buildZip([a], { comment: control(8) })],
  ['compression-method', 'bzip2', buildZip([{ ...a, method: 12, raw: packed }])],
  ['compression-method', 'LZMA', buildZip([{ ...a, method: 14, raw: packed }])],
  ['compression-method', 'xz', buildZip([{ ...a, method: 95, raw: packed }])],
  ['data-crc', 'a wrong CRC in both headers', buildZip([{ ...a, both: { crc32: 1 } }])],
  ['data-invalid', 'damaged deflate data', buildZip([{ ...a, raw: Buffer.alloc(30, 0xff) }])],
  ['data-invalid', 'deflate data that is cut off', buildZip([{ ...a, raw: packed.subarray(0, -2) }])],
  ['data-invalid', 'damaged zstd data', buildZip([{ ...a, method: 93, raw: packed }])],
  ['data-size', 'fewer bytes than announced', buildZip([{ ...a, both: { size: 100 } }])],
  ['data-size', 'a stored entry of another size', buildZip([{ ...a, method: 0, both: { size: 5 } }])],
  ['data-invalid', 'more bytes than announced', buildZip([{ ...a, both: { size: 5 } }])],
  ['data-trailing', 'a byte after the deflate stream', buildZip([{ ...a, raw: Buffer.concat([packed, Buffer.of(0)]) }])],
  [
    'descriptor-mismatch',
    'a wrong CRC in it',
    buildZip([{ ...a, local: deferred, central: { flags: 8 }, after: descriptor(a.data, { crc: 7 }) }, b]),
  ],
  ['descriptor-missing', 'nothing after the data', buildZip([{ ...a, local: deferred, central: { flags: 8 } }, b])],
  ['descriptor-missing', 'nothing after the last entry', buildZip([{ ...a, local: deferred, central: { flags: 8 } }])],
  ['descriptor-unexpected', 'one without the flag', buildZip([{ ...a, after: descriptor(a.data) }, b])],
  ['descriptor-unexpected', 'one without the flag, at the end', buildZip([{ ...a, after: descriptor(a.data) }])],
  ['directory-with-data', 'a directory with bytes', buildZip([{ name: 'dir/', data: 'hidden' }])],
  ['duplicate-path', 'two files', buildZip([a, { ...a, data: 'other' }])],
  ['duplicate-path', 'two equal files', buildZip([a, a])],
  ['duplicate-path', 'a file and a directory', buildZip([{ name: 'x', data: '1' }, { name: 'x/' }])],
  ['encrypted', 'the flag', buildZip([{ ...a, both: { flags: 1 } }])],
  ['encrypted', 'a masked directory', buildZip([{ ...a, both: { flags: 0x2000 } }])],
  ['end-record-missing', 'no zip at all', Buffer.from('not a zip')],
  ['end-record-missing', 'an empty file', Buffer.alloc(0)],
  ['end-record-truncated', 'a comment beyond the end', buildZip([a], { end: { commentLength: 9 } })],
  ['end-record-truncated', 'half a record', buildZip([a]).subarray(0, -5)],
  ['entry-count', 'one too many', buildZip([a, b], { end: { count: 3 } })],
  ['entry-count', 'one too few', buildZip([a, b], { end: { count: 1 } })],
  ['extra-field', 'a field longer than the area', buildZip([{ ...a, central: { extra: le([2, 9], [2, 50]) } }])],
  ['extra-field', 'half a field', buildZip([{ ...a, local: { extra: Buffer.of(1, 2, 3) } }])],
  ['gap', 'bytes between entries', buildZip([a, { ...b, before: Buffer.from('stray bytes') }])],
  ['gap', 'bytes before the central directory', buildZip([a], { beforeCentral: Buffer.from('stray bytes') })],
  ['leading-bytes', 'a program before the archive', buildZip([{ ...a, before: Buffer.from('#!/bin/sh\n') }])],
  ['leading-bytes', 'bytes before an empty archive', buildZip([], { beforeCentral: Buffer.from('stray') })],
  ['local-crc', 'another CRC', buildZip([{ ...a, local: { crc32: 1 } }])],
  ['local-flags', 'another flag', buildZip([{ ...a, local: { flags: 8 } }])],
  ['local-header-missing', 'a record without header', buildZip([a, { ...b, ghost: true }])],
  [
    'overlap',
    'an offset into another header',
    buildZip([
      { ...a, central: { offset: 0 } },
      { ...b, central: { offset: 4 } },
    ]),
  ],
  ['local-method', 'another method', buildZip([{ ...a, local: { method: 0 } }])],
  ['local-name', 'another name', buildZip([{ ...a, local: { name: Buffer.from('b.txt') } }])],
  ['local-size', 'another size', buildZip([{ ...a, local: { size: 5 } }])],
  ['local-size', 'another packed size', buildZip([{ ...a, local: { compressedSize: 5 } }])],
  ['local-without-central', 'a hidden entry between others', buildZip([a, { ...b, hidden: true }, { name: 'c', data: 'c' }])],
  ['local-without-central', 'a hidden entry at the end', buildZip([a, { ...b, hidden: true }])],
  ['local-without-central', 'a hidden entry at the start', buildZip([{ ...a, hidden: true }, b])],
  ['multi-disk', 'a disk number', buildZip([a], { end: { disk: 1 } })],
  ['multi-disk', 'entries elsewhere', buildZip([a, b], { end: { countHere: 1 } })],
  ['name-absolute', 'a leading slash', buildZip(evil('/etc/passwd'))],
  ['name-backslash', 'a Windows path', buildZip(evil('a\\b'))],
  ['name-control-character', 'a newline', buildZip(evil('a\nb'))],
  ['name-control-character', 'NUL', buildZip(evil('a\0b'))],
  ['name-control-character', 'a bidirectional override', buildZip(evil('a\u202eb'))],
  ['name-drive', 'a drive', buildZip(evil('C:/a'))],
  ['name-empty', 'no name', buildZip(evil(''))],
  ['name-encoding', 'Latin-1 without the UTF-8 flag', buildZip([{ ...a, name: Buffer.from([0x61, 0xe9]), both: { flags: 0 } }])],
  ['name-not-normal', 'a dot segment', buildZip(evil('a/./b'))],
  ['name-not-normal', 'an empty segment', buildZip(evil('a//b'))],
  ['name-not-utf8', 'broken UTF-8', buildZip([{ ...a, name: Buffer.from([0x61, 0xff]) }])],
  ['name-parent', 'a way out', buildZip(evil('../x'))],
  ['name-parent', 'a way out and back', buildZip(evil('a/../b'))],
  ['name-too-long', 'a segment of 256 bytes', buildZip(evil(`a/${'é'.repeat(128)}`))],
  ['overlap', 'data that runs into the next entry', buildZip([{ ...a, both: { compressedSize: packed.length + 9 } }, b])],
  ['overlap', 'data that runs into the directory', buildZip([{ ...a, both: { compressedSize: 5000 } }])],
  [
    'path-conflict',
    'a file as a parent',
    buildZip([
      { name: 'x', data: '1' },
      { name: 'x/y/z', data: '2' },
    ]),
  ],
  ['ratio', 'an announced bomb', buildZip([{ ...a, both: { size: 900_000_000 } }]), { limits: { ratio: 10 } }],
  ['same-offset', 'two names for one entry', buildZip([a, { ...b, ghost: true, central: { offset: 0 } }])],
  ['special-file', 'a device', buildZip([{ ...a, mode: 0o020644 }])],
  ['special-file', 'a pipe', buildZip([{ ...a, mode: 0o010644 }])],
  ['symlink', 'a link', buildZip([{ name: 'l', data: '/etc/passwd', mode: 0o120777 }])],
  ['symlink', 'a link made on another system', buildZip([{ name: 'l', data: 'x', central: { mode: 0o120777, host: 0 } }])],
  ['too-large', 'a cap of 20 bytes', buildZip([a]), { limits: { totalSize: 20 } }],
  ['too-many-entries', 'a cap of one entry', buildZip([a, b]), { limits: { entries: 1 } }],
  ['trailing-bytes', 'bytes after the end', buildZip([a], { trailing: Buffer.from('\0\0x') })],
  ['two-end-records', 'a second archive end', buildZip([a], { beforeEnd: le([4, 0x06054b50], [8, 0], [8, 0], [2, 0]) })],
  ['unicode-path', 'another name', buildZip([{ ...a, both: { extra: unicodePath('evil.txt', a.name) } }])],
  ['unicode-path', 'a CRC of another name', buildZip([{ ...a, both: { extra: unicodePath(a.name, 'x') } }])],
  ['unicode-path', 'twice', buildZip([{ ...a, both: { extra: Buffer.concat([unicodePath(a.name), unicodePath(a.name)]) } }])],
  ['unicode-path', 'only in the local header', buildZip([{ ...a, local: { extra: unicodePath('evil.txt') } }])],
  ['zip64-conflict', 'two counts', buildZip([a], { zip64: {}, end: { count: 2 } })],
  ['zip64-conflict', 'other sizes in a local header', buildZip([{ ...a, local: { extra: wide(1, 2) } }])],
  ['zip64-extra', 'one size too many in a local header', buildZip([{ ...a, local: { extra: wide(1, 2, 3) } }])],
  [
    'zip64-conflict',
    'a size beyond any file',
    buildZip([{ ...a, central: { size: 0xffffffff, extra: extraField(1, le([8, 2n ** 60n])) } }]),
  ],
  ['zip64-extensible-data', 'a sector', buildZip([a], { zip64: { sector: Buffer.from('extra data') } })],
  ['zip64-extensible-data', 'a size that reaches further', buildZip([a], { zip64: { recordSize: 99n } })],
  ['zip64-extra', 'saturated sizes without it', buildZip([{ ...a, central: { size: 0xffffffff } }])],
  ['zip64-extra', 'too short', buildZip([{ ...a, central: { size: 0xffffffff, extra: extraField(1, le([4, 1])) } }])],
  ['zip64-extra', 'too long', buildZip([{ ...a, central: { size: 0xffffffff, extra: wide(5_000_000_000, 1) } }])],
  ['zip64-extra', 'twice', buildZip([{ ...a, central: { size: 0xffffffff, extra: Buffer.concat([wide(5e9), wide(5e9)]) } }])],
  ['zip64-locator', 'a locator that points elsewhere', buildZip([a], { zip64: { locator: 3n } })],
  ['zip64-locator', 'saturated fields without a locator', buildZip([a], { end: { offset: 0xffffffff } })],
  ['zip64-needless', 'an empty field', buildZip([{ ...a, central: { extra: extraField(1, Buffer.alloc(0)) } }])],
  ['zip64-needless', 'a small value', buildZip([{ ...a, central: { size: 0xffffffff, extra: wide(23) } }])],
  ['zip64-needless', 'end records without need', buildZip([a], { zip64: { saturate: false } })],
  [
    'zstd-too-large',
    'a cap of 5 bytes',
    buildZip([{ ...a, method: 93, raw: zstdCompressSync(Buffer.from(a.data)) }]),
    { limits: { zstdEntry: 5 } },
  ],
];

function corruptCentral(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.lastIndexOf('PK\x01\x02', undefined, 'latin1')] = 0;
  return copy;
}

describe('refused archives', () => {
  it.each(bad)('%s: %s', (rule, _, bytes, options = {}) => {
    expect(refusal(bytes, options)).toBe(rule);
  });

  it('covers every rule', () => {
    const tested = new Set(bad.map(([rule]) => rule));
    expect((Object.keys(zipRules) as ZipRule[]).filter((rule) => !tested.has(rule))).toEqual([]);
  });

  it('names archive, rule and entry', () => {
    const file = save(buildZip(evil('../x')));
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
