import { crc32, deflateRawSync, zstdCompressSync } from 'node:zlib';
import type { OpenZipOptions } from '../src/zip/open.ts';
import type { ZipRule } from '../src/zip/rules.ts';
import { type ArchiveSpec, buildZip, descriptor, type EntrySpec, extraField, le } from './zip-builder.ts';

/** A hand-made archive that breaks one rule: the rule, what is wrong, the bytes, and limits that bring a cap within reach. */
export type BadArchive = [rule: ZipRule, what: string, bytes: Buffer, options?: OpenZipOptions];

const a = { name: 'a.txt', data: 'alpha alpha alpha alpha' };
const b = { name: 'dir/b.txt', data: 'beta' };
const deferred = { flags: 8, crc32: 0, size: 0, compressedSize: 0 };
const wide = (...values: number[]) => extraField(1, le(...values.map((value) => [8, value] as const)));

const evil = (name: string | Buffer): EntrySpec[] => [{ name, data: 'x' }];
const packed = deflateRawSync(Buffer.from(a.data));
const control = (byte: number) => Buffer.from([0x41, byte, 0x42]);

function corruptCentral(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.lastIndexOf('PK\x01\x02', undefined, 'latin1')] = 0;
  return copy;
}

/** The Info-ZIP Unicode path field. */
export function unicodePath(name: string, crcOf = name): Buffer {
  return extraField(0x7075, Buffer.concat([Buffer.of(1), le([4, crc32(Buffer.from(crcOf))]), Buffer.from(name)]));
}

/** One archive or more for every rule. `complete` adds the entries of a whole wheel behind those that are at fault. */
export function badArchives(complete: (entries: readonly EntrySpec[]) => readonly EntrySpec[] = (entries) => entries): BadArchive[] {
  const zip = (entries: readonly EntrySpec[], archive?: ArchiveSpec): Buffer => buildZip(complete(entries), archive);
  return [
    ['central-bounds', 'a directory that starts later', zip([a, b], { end: { offset: 200 } })],
    ['central-bounds', 'bytes between directory and end', zip([a], { beforeEnd: Buffer.from('stray') })],
    ['central-bounds', 'an offset beyond the file', zip([a], { end: { offset: 0xfffffffe } })],
    ['central-header', 'a record without signature', corruptCentral(zip([a]))],
    ['central-too-large', 'a cap of 10 bytes', zip([a]), { limits: { centralDirectory: 10 } }],
    ['comment-control-bytes', 'an end record in the comment', zip([a], { comment: Buffer.from([0x50, 0x4b, 5, 7]) })],
    ['comment-control-bytes', 'byte 8', zip([a], { comment: control(8) })],
    ['compression-method', 'bzip2', zip([{ ...a, method: 12, raw: packed }])],
    ['compression-method', 'LZMA', zip([{ ...a, method: 14, raw: packed }])],
    ['compression-method', 'xz', zip([{ ...a, method: 95, raw: packed }])],
    ['data-crc', 'a wrong CRC in both headers', zip([{ ...a, both: { crc32: 1 } }])],
    ['data-invalid', 'damaged deflate data', zip([{ ...a, raw: Buffer.alloc(30, 0xff) }])],
    ['data-invalid', 'deflate data that is cut off', zip([{ ...a, raw: packed.subarray(0, -2) }])],
    ['data-invalid', 'damaged zstd data', zip([{ ...a, method: 93, raw: packed }])],
    ['data-size', 'fewer bytes than announced', zip([{ ...a, both: { size: 100 } }])],
    ['data-size', 'a stored entry of another size', zip([{ ...a, method: 0, both: { size: 5 } }])],
    ['data-size', 'more bytes than announced', zip([{ ...a, both: { size: 5 } }])],
    ['data-trailing', 'a byte after the deflate stream', zip([{ ...a, raw: Buffer.concat([packed, Buffer.of(0)]) }])],
    [
      'descriptor-mismatch',
      'a wrong CRC in it',
      zip([{ ...a, local: deferred, central: { flags: 8 }, after: descriptor(a.data, { crc: 7 }) }, b]),
    ],
    ['descriptor-missing', 'nothing after the data', zip([{ ...a, local: deferred, central: { flags: 8 } }, b])],
    ['descriptor-missing', 'nothing after the last entry', zip([{ ...a, local: deferred, central: { flags: 8 } }])],
    ['descriptor-unexpected', 'one without the flag', zip([{ ...a, after: descriptor(a.data) }, b])],
    ['descriptor-unexpected', 'one without the flag, at the end', zip([{ ...a, after: descriptor(a.data) }])],
    ['directory-with-data', 'a directory with bytes', zip([{ name: 'dir/', data: 'hidden' }])],
    ['duplicate-path', 'two files', zip([a, { ...a, data: 'other' }])],
    ['duplicate-path', 'two equal files', zip([a, a])],
    ['duplicate-path', 'a file and a directory', zip([{ name: 'x', data: '1' }, { name: 'x/' }])],
    ['encrypted', 'the flag', zip([{ ...a, both: { flags: 1 } }])],
    ['encrypted', 'a masked directory', zip([{ ...a, both: { flags: 0x2000 } }])],
    ['end-record-missing', 'no zip at all', Buffer.from('not a zip')],
    ['end-record-missing', 'an empty file', Buffer.alloc(0)],
    ['end-record-truncated', 'a comment beyond the end', zip([a], { end: { commentLength: 9 } })],
    ['end-record-truncated', 'half a record', zip([a]).subarray(0, -5)],
    ['entry-count', 'one too many', zip([a, b], { end: { count: 3 } })],
    ['entry-count', 'one too few', zip([a, b], { end: { count: 1 } })],
    ['extra-field', 'a field longer than the area', zip([{ ...a, central: { extra: le([2, 9], [2, 50]) } }])],
    ['extra-field', 'half a field', zip([{ ...a, local: { extra: Buffer.of(1, 2, 3) } }])],
    ['gap', 'bytes between entries', zip([a, { ...b, before: Buffer.from('stray bytes') }])],
    ['gap', 'bytes before the central directory', zip([a], { beforeCentral: Buffer.from('stray bytes') })],
    ['leading-bytes', 'a program before the archive', zip([{ ...a, before: Buffer.from('#!/bin/sh\n') }])],
    ['leading-bytes', 'bytes before an empty archive', zip([], { beforeCentral: Buffer.from('stray') })],
    ['local-crc', 'another CRC', zip([{ ...a, local: { crc32: 1 } }])],
    ['local-flags', 'another flag', zip([{ ...a, local: { flags: 8 } }])],
    ['local-header-missing', 'a record without header', zip([a, { ...b, ghost: true }])],
    [
      'overlap',
      'an offset into another header',
      zip([
        { ...a, central: { offset: 0 } },
        { ...b, central: { offset: 4 } },
      ]),
    ],
    ['local-method', 'another method', zip([{ ...a, local: { method: 0 } }])],
    ['local-name', 'another name', zip([{ ...a, local: { name: Buffer.from('b.txt') } }])],
    ['local-size', 'another size', zip([{ ...a, local: { size: 5 } }])],
    ['local-size', 'another packed size', zip([{ ...a, local: { compressedSize: 5 } }])],
    ['local-without-central', 'a hidden entry between others', zip([a, { ...b, hidden: true }, { name: 'c', data: 'c' }])],
    ['local-without-central', 'a hidden entry at the end', zip([a, { ...b, hidden: true }])],
    ['local-without-central', 'a hidden entry at the start', zip([{ ...a, hidden: true }, b])],
    ['multi-disk', 'a disk number', zip([a], { end: { disk: 1 } })],
    ['multi-disk', 'entries elsewhere', zip([a, b], { end: { countHere: 1 } })],
    ['name-absolute', 'a leading slash', zip(evil('/etc/passwd'))],
    ['name-backslash', 'a Windows path', zip(evil('a\\b'))],
    ['name-control-character', 'a newline', zip(evil('a\nb'))],
    ['name-control-character', 'NUL', zip(evil('a\0b'))],
    ['name-control-character', 'a bidirectional override', zip(evil('a\u202eb'))],
    ['name-drive', 'a drive', zip(evil('C:/a'))],
    ['name-empty', 'no name', zip(evil(''))],
    ['name-encoding', 'Latin-1 without the UTF-8 flag', zip([{ ...a, name: Buffer.from([0x61, 0xe9]), both: { flags: 0 } }])],
    ['name-not-normal', 'a dot segment', zip(evil('a/./b'))],
    ['name-not-normal', 'an empty segment', zip(evil('a//b'))],
    ['name-not-utf8', 'broken UTF-8', zip([{ ...a, name: Buffer.from([0x61, 0xff]) }])],
    ['name-parent', 'a way out', zip(evil('../x'))],
    ['name-parent', 'a way out and back', zip(evil('a/../b'))],
    ['name-too-long', 'a segment of 256 bytes', zip(evil(`a/${'é'.repeat(128)}`))],
    ['overlap', 'data that runs into the next entry', zip([{ ...a, both: { compressedSize: packed.length + 9 } }, b])],
    ['overlap', 'data that runs into the directory', zip([{ ...a, both: { compressedSize: 5000 } }])],
    [
      'path-conflict',
      'a file as a parent',
      zip([
        { name: 'x', data: '1' },
        { name: 'x/y/z', data: '2' },
      ]),
    ],
    ['ratio', 'an announced bomb', zip([{ ...a, both: { size: 900_000_000 } }]), { limits: { ratio: 10 } }],
    ['same-offset', 'two names for one entry', zip([a, { ...b, ghost: true, central: { offset: 0 } }])],
    ['special-file', 'a device', zip([{ ...a, mode: 0o020644 }])],
    ['special-file', 'a pipe', zip([{ ...a, mode: 0o010644 }])],
    ['symlink', 'a link', zip([{ name: 'l', data: '/etc/passwd', mode: 0o120777 }])],
    ['symlink', 'a link made on another system', zip([{ name: 'l', data: 'x', central: { mode: 0o120777, host: 0 } }])],
    ['too-large', 'a cap of 20 bytes', zip([a]), { limits: { totalSize: 20 } }],
    ['too-many-entries', 'a cap of one entry', zip([a, b]), { limits: { entries: 1 } }],
    ['trailing-bytes', 'bytes after the end', zip([a], { trailing: Buffer.from('\0\0x') })],
    ['two-end-records', 'a second archive end', zip([a], { beforeEnd: le([4, 0x06054b50], [8, 0], [8, 0], [2, 0]) })],
    ['unicode-path', 'another name', zip([{ ...a, both: { extra: unicodePath('evil.txt', a.name) } }])],
    ['unicode-path', 'a CRC of another name', zip([{ ...a, both: { extra: unicodePath(a.name, 'x') } }])],
    ['unicode-path', 'twice', zip([{ ...a, both: { extra: Buffer.concat([unicodePath(a.name), unicodePath(a.name)]) } }])],
    ['unicode-path', 'only in the local header', zip([{ ...a, local: { extra: unicodePath('evil.txt') } }])],
    ['zip64-conflict', 'two counts', zip([a], { zip64: {}, end: { count: 2 } })],
    ['zip64-conflict', 'other sizes in a local header', zip([{ ...a, local: { extra: wide(1, 2) } }])],
    ['zip64-extra', 'one size too many in a local header', zip([{ ...a, local: { extra: wide(1, 2, 3) } }])],
    ['zip64-conflict', 'a size beyond any file', zip([{ ...a, central: { size: 0xffffffff, extra: extraField(1, le([8, 2n ** 60n])) } }])],
    ['zip64-extensible-data', 'a sector', zip([a], { zip64: { sector: Buffer.from('extra data') } })],
    ['zip64-extensible-data', 'a size that reaches further', zip([a], { zip64: { recordSize: 99n } })],
    ['zip64-extra', 'saturated sizes without it', zip([{ ...a, central: { size: 0xffffffff } }])],
    ['zip64-extra', 'too short', zip([{ ...a, central: { size: 0xffffffff, extra: extraField(1, le([4, 1])) } }])],
    ['zip64-extra', 'too long', zip([{ ...a, central: { size: 0xffffffff, extra: wide(5_000_000_000, 1) } }])],
    ['zip64-extra', 'twice', zip([{ ...a, central: { size: 0xffffffff, extra: Buffer.concat([wide(5e9), wide(5e9)]) } }])],
    ['zip64-locator', 'a locator that points elsewhere', zip([a], { zip64: { locator: 3n } })],
    ['zip64-locator', 'saturated fields without a locator', zip([a], { end: { offset: 0xffffffff } })],
    ['zip64-needless', 'an empty field', zip([{ ...a, central: { extra: extraField(1, Buffer.alloc(0)) } }])],
    ['zip64-needless', 'a small value', zip([{ ...a, central: { size: 0xffffffff, extra: wide(23) } }])],
    ['zip64-needless', 'end records without need', zip([a], { zip64: { saturate: false } })],
    [
      'zstd-too-large',
      'a cap of 5 bytes',
      zip([{ ...a, method: 93, raw: zstdCompressSync(Buffer.from(a.data)) }]),
      { limits: { zstdEntry: 5 } },
    ],
  ];
}
