import type { CentralEntry } from './central.ts';
import { checkUnicodePath, readExtraFields, resolveSizes } from './extra.ts';
import { unsafe } from './rules.ts';
import type { ByteSource } from './source.ts';
import type { ZipEntry } from './types.ts';

const headerLength = 30;
const signature = 0x04034b50;
const descriptorSignature = 0x08074b50;
const descriptorFlag = 0x8;
// Bits 1 and 2 only describe the compressor's effort and may differ.
const comparedFlags = 0xffff & ~0x6;

interface LocalHeader {
  readonly flags: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly zip64: boolean;
  readonly dataOffset: number;
}

/**
 * Compares every local header (APPNOTE 4.3.7) with its central record and checks that headers, data and descriptors
 * fill the file from its first byte to the central directory without gaps or overlaps.
 */
export function checkLocalHeaders(
  source: ByteSource,
  central: readonly CentralEntry[],
  options: { archive: string; centralOffset: number },
): ZipEntry[] {
  const { archive, centralOffset } = options;
  const inOrder = [...central].sort((a, b) => a.offset - b.offset);
  const shared = inOrder.find((entry, index) => inOrder[index - 1]?.offset === entry.offset);
  if (shared !== undefined) throw unsafe(archive, 'same-offset', shared.path);
  const offsets = new Map<CentralEntry, number>();
  let expected = 0;
  for (const [index, entry] of inOrder.entries()) {
    checkStart(source, entry, { archive, expected, previous: inOrder[index - 1] });
    const next = inOrder[index + 1]?.offset ?? centralOffset;
    const header = readLocalHeader(source, entry, { archive, end: centralOffset });
    expected = checkEnd(source, entry, header, { archive, next, isLast: index === inOrder.length - 1 });
    offsets.set(entry, header.dataOffset);
  }
  if (expected !== centralOffset) throw unsafe(archive, 'leading-bytes');
  return central.map((entry) => publicEntry(entry, offsets.get(entry) ?? 0));
}

function publicEntry(entry: CentralEntry, dataOffset: number): ZipEntry {
  const { name: _name, flags: _flags, rawMethod: _rawMethod, ...shown } = entry;
  return { ...shown, dataOffset };
}

function checkStart(
  source: ByteSource,
  entry: CentralEntry,
  context: { archive: string; expected: number; previous: CentralEntry | undefined },
): void {
  const { archive, expected, previous } = context;
  if (entry.offset === expected) return;
  if (entry.offset < expected) throw unsafe(archive, 'overlap', entry.path);
  throw gapError(source, { archive, at: expected, entry: previous?.path });
}

function gapError(source: ByteSource, context: { archive: string; at: number; entry: string | undefined }): Error {
  const { archive, at, entry } = context;
  const first = at + 4 <= source.size ? source.read(at, 4).readUInt32LE(0) : 0;
  if (first === signature) return unsafe(archive, 'local-without-central', entry);
  if (first === descriptorSignature) return unsafe(archive, 'descriptor-unexpected', entry);
  return at === 0 ? unsafe(archive, 'leading-bytes') : unsafe(archive, 'gap', entry);
}

function readLocalHeader(source: ByteSource, entry: CentralEntry, options: { archive: string; end: number }): LocalHeader {
  const { archive, end } = options;
  const place = { archive, entry: entry.path };
  if (entry.offset + headerLength > end) throw unsafe(archive, 'local-header-missing', entry.path);
  const fixed = source.read(entry.offset, headerLength);
  if (fixed.readUInt32LE(0) !== signature) throw unsafe(archive, 'local-header-missing', entry.path);
  const nameLength = fixed.readUInt16LE(26);
  const variable = nameLength + fixed.readUInt16LE(28);
  if (entry.offset + headerLength + variable > end) throw unsafe(archive, 'overlap', entry.path);
  const tail = source.read(entry.offset + headerLength, variable);
  const name = tail.subarray(0, nameLength);
  if (!name.equals(entry.name)) throw unsafe(archive, 'local-name', entry.path);
  const fields = readExtraFields(tail.subarray(nameLength), place);
  checkUnicodePath(name, fields, place);
  if (fixed.readUInt16LE(8) !== entry.rawMethod) throw unsafe(archive, 'local-method', entry.path);
  const sizes = resolveSizes({ size: fixed.readUInt32LE(22), compressedSize: fixed.readUInt32LE(18) }, fields, place);
  const header = {
    flags: fixed.readUInt16LE(6),
    crc32: fixed.readUInt32LE(14),
    size: sizes.size,
    compressedSize: sizes.compressedSize,
    zip64: sizes.zip64,
    dataOffset: entry.offset + headerLength + variable,
  };
  compareWithCentral(header, entry, archive);
  return header;
}

function compareWithCentral(header: LocalHeader, entry: CentralEntry, archive: string): void {
  if ((header.flags & comparedFlags) !== (entry.flags & comparedFlags)) throw unsafe(archive, 'local-flags', entry.path);
  const deferred = (header.flags & descriptorFlag) !== 0;
  const sameCrc = header.crc32 === entry.crc32;
  const sameSizes = header.size === entry.size && header.compressedSize === entry.compressedSize;
  if (deferred && header.crc32 === 0 && header.size === 0 && header.compressedSize === 0) return;
  if (!sameCrc) throw unsafe(archive, 'local-crc', entry.path);
  if (!sameSizes) throw unsafe(archive, 'local-size', entry.path);
}

/** Checks what follows the data and returns where the next header must start. */
function checkEnd(
  source: ByteSource,
  entry: CentralEntry,
  header: LocalHeader,
  context: { archive: string; next: number; isLast: boolean },
): number {
  const { archive, next } = context;
  const dataEnd = header.dataOffset + entry.compressedSize;
  if (dataEnd > next) {
    // The next entry is told by its own place; the last one runs into the central directory.
    if (context.isLast) throw unsafe(archive, 'overlap', entry.path);
    return dataEnd;
  }
  if ((header.flags & descriptorFlag) === 0) {
    if (dataEnd !== next && context.isLast) throw gapError(source, { archive, at: dataEnd, entry: entry.path });
    return dataEnd;
  }
  checkDescriptor(source.read(dataEnd, Math.min(next - dataEnd, 24)), entry, { archive, zip64: header.zip64 });
  return dataEnd + descriptorLength(source, dataEnd, { next, zip64: header.zip64, archive, entry: entry.path });
}

function descriptorLength(
  source: ByteSource,
  at: number,
  context: { next: number; zip64: boolean; archive: string; entry: string },
): number {
  const body = context.zip64 ? 20 : 12;
  const length = context.next - at;
  if (length === body || length === body + 4) return length;
  throw gapError(source, { archive: context.archive, at: Math.min(at + body + 4, source.size), entry: context.entry });
}

/** The descriptor (APPNOTE 4.3.9) has an optional signature; sizes are 64 bits wide exactly if the local header uses ZIP64. */
function checkDescriptor(bytes: Buffer, entry: CentralEntry, context: { archive: string; zip64: boolean }): void {
  const body = context.zip64 ? 20 : 12;
  if (bytes.length < body) throw unsafe(context.archive, 'descriptor-missing', entry.path);
  const signed = bytes.length >= body + 4;
  const looksSigned = bytes.readUInt32LE(0) === descriptorSignature;
  if (signed && !looksSigned) throw unsafe(context.archive, 'descriptor-missing', entry.path);
  const record = signed ? bytes.subarray(4) : bytes;
  const [compressed, size] = context.zip64
    ? [Number(record.readBigUInt64LE(4)), Number(record.readBigUInt64LE(12))]
    : [record.readUInt32LE(4), record.readUInt32LE(8)];
  const agrees = record.readUInt32LE(0) === entry.crc32 && compressed === entry.compressedSize && size === entry.size;
  if (!agrees) throw unsafe(context.archive, 'descriptor-mismatch', entry.path);
}
