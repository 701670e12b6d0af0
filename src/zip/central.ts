import type { CentralLocation } from './end-record.ts';
import { checkUnicodePath, readExtraFields, resolveSizes } from './extra.ts';
import { readName } from './names.ts';
import { unsafe } from './rules.ts';
import type { ByteSource } from './source.ts';
import type { ZipEntry, ZipLimits, ZipMethod } from './types.ts';

const headerLength = 46;
const signature = 0x02014b50;
const fileTypeMask = 0o170000;
const methods: ReadonlyMap<number, ZipMethod> = new Map([
  [0, 'stored'],
  [8, 'deflate'],
  [93, 'zstd'],
]);

/** What the central directory says about one entry, with what the local header is compared to. */
export interface CentralEntry extends Omit<ZipEntry, 'dataOffset'> {
  readonly name: Buffer;
  readonly flags: number;
  readonly rawMethod: number;
}

/** Reads every central record (APPNOTE 4.3.12), applying caps first and then the rules that need no local header. */
export function readCentralDirectory(
  source: ByteSource,
  location: CentralLocation,
  options: { archive: string; limits: ZipLimits },
): CentralEntry[] {
  const { archive, limits } = options;
  if (location.count > limits.entries) throw unsafe(archive, 'too-many-entries');
  if (location.size > limits.centralDirectory) throw unsafe(archive, 'central-too-large');
  const directory = source.read(location.offset, location.size);
  const entries: CentralEntry[] = [];
  let at = 0;
  while (at < directory.length) {
    if (entries.length === location.count) throw unsafe(archive, 'entry-count');
    const record = sliceRecord(directory, at, archive);
    entries.push(readRecord(record, archive));
    at += record.length;
  }
  if (entries.length !== location.count) throw unsafe(archive, 'entry-count');
  checkTotals(entries, source.size, options);
  checkPaths(entries, archive);
  return entries;
}

function sliceRecord(directory: Buffer, at: number, archive: string): Buffer {
  const rest = directory.subarray(at);
  if (rest.length < headerLength || rest.readUInt32LE(0) !== signature) throw unsafe(archive, 'central-header');
  const length = headerLength + rest.readUInt16LE(28) + rest.readUInt16LE(30) + rest.readUInt16LE(32);
  if (length > rest.length) throw unsafe(archive, 'central-header');
  return rest.subarray(0, length);
}

function readRecord(record: Buffer, archive: string): CentralEntry {
  const flags = record.readUInt16LE(8);
  const nameEnd = headerLength + record.readUInt16LE(28);
  const name = record.subarray(headerLength, nameEnd);
  const { path, directory } = readName(name, (flags & 0x800) !== 0, archive);
  const place = { archive, entry: path };
  const fields = readExtraFields(record.subarray(nameEnd, nameEnd + record.readUInt16LE(30)), place);
  checkUnicodePath(name, fields, place);
  if ((flags & 0x2041) !== 0) throw unsafe(archive, 'encrypted', path);
  if (record.readUInt16LE(34) !== 0) throw unsafe(archive, 'multi-disk', path);
  const rawMethod = record.readUInt16LE(10);
  const method = methods.get(rawMethod);
  if (method === undefined) throw unsafe(archive, 'compression-method', path);
  const classic = { size: record.readUInt32LE(24), compressedSize: record.readUInt32LE(20), offset: record.readUInt32LE(42) };
  const { size, compressedSize, offset } = resolveSizes(classic, fields, place);
  if (directory && (size !== 0 || compressedSize > 2)) throw unsafe(archive, 'directory-with-data', path);
  const mode = readMode(record, path, archive);
  const type = directory ? 'directory' : 'file';
  const executable = ((mode ?? 0) & 0o111) !== 0;
  return { path, type, size, compressedSize, crc32: record.readUInt32LE(16), method, mode, executable, offset, name, flags, rawMethod };
}

/** The upper half of the external attributes, whatever system made the archive: Python on Windows writes modes there too, and installers use them. */
function readMode(record: Buffer, path: string, archive: string): number | undefined {
  const mode = record.readUInt16LE(40);
  const kind = mode & fileTypeMask;
  if (kind === 0o120000) throw unsafe(archive, 'symlink', path);
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) throw unsafe(archive, 'special-file', path);
  return mode === 0 ? undefined : mode;
}

function checkTotals(entries: readonly CentralEntry[], fileSize: number, options: { archive: string; limits: ZipLimits }): void {
  const { archive, limits } = options;
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > limits.totalSize) throw unsafe(archive, 'too-large');
  if (total > fileSize * limits.ratio + 64 * 1024 * 1024) throw unsafe(archive, 'ratio');
  const zstd = entries.find((entry) => entry.method === 'zstd' && Math.max(entry.size, entry.compressedSize) > limits.zstdEntry);
  if (zstd !== undefined) throw unsafe(archive, 'zstd-too-large', zstd.path);
}

/** One entry per path, and no file where another entry needs a directory. Equal duplicates are refused too: no real wheel has any. */
function checkPaths(entries: readonly CentralEntry[], archive: string): void {
  const types = new Map<string, ZipEntry['type']>();
  for (const entry of entries) {
    if (types.has(entry.path)) throw unsafe(archive, 'duplicate-path', entry.path);
    types.set(entry.path, entry.type);
  }
  for (const { path } of entries) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (types.get(parent) === 'file') throw unsafe(archive, 'path-conflict', parent);
    }
  }
}
