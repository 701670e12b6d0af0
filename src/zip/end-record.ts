import { classicLimit } from './extra.ts';
import { unsafe } from './rules.ts';
import type { ByteSource } from './source.ts';

const endSignature = 0x06054b50;
const locatorSignature = 0x07064b50;
const zip64EndSignature = 0x06064b50;
const endLength = 22;
const locatorLength = 20;
const zip64EndLength = 56;
const maxTail = 0xffff + endLength + 64 * 1024;

/** Where the central directory lies, from the end records. */
export interface CentralLocation {
  readonly offset: number;
  readonly size: number;
  readonly count: number;
}

interface EndRecord extends CentralLocation {
  /** Offset of the record in the file. */
  readonly at: number;
}

/** Finds the central directory (APPNOTE 4.3.14 to 4.3.16); throws ARCHIVE_UNSAFE where two readers could find different ones. */
export function findCentralDirectory(source: ByteSource, archive: string): CentralLocation {
  const end = readEndRecord(source, archive);
  const zip64 = readZip64(source, archive, end);
  const central = zip64 ?? end;
  const stop = zip64?.at ?? end.at;
  if (central.offset + central.size === stop) return central;
  throw unsafe(archive, secondEndRecord(source, central.offset + central.size) ? 'two-end-records' : 'central-bounds');
}

function readEndRecord(source: ByteSource, archive: string): EndRecord {
  const start = Math.max(0, source.size - maxTail);
  const tail = source.read(start, source.size - start);
  const at = tail.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  if (at < 0) throw unsafe(archive, 'end-record-missing');
  if (at + endLength > tail.length) throw unsafe(archive, 'end-record-truncated');
  const record = tail.subarray(at);
  checkTail(record, archive);
  if (record.readUInt16LE(4) !== 0 || record.readUInt16LE(6) !== 0) throw unsafe(archive, 'multi-disk');
  const count = record.readUInt16LE(10);
  if (record.readUInt16LE(8) !== count) throw unsafe(archive, 'multi-disk');
  return { at: start + at, count, size: record.readUInt32LE(12), offset: record.readUInt32LE(16) };
}

function checkTail(record: Buffer, archive: string): void {
  const commentEnd = endLength + record.readUInt16LE(20);
  if (commentEnd > record.length) throw unsafe(archive, 'end-record-truncated');
  const comment = record.subarray(endLength, commentEnd);
  if (comment.some((byte) => byte >= 1 && byte <= 8)) throw unsafe(archive, 'comment-control-bytes');
  if (record.subarray(commentEnd).some((byte) => byte !== 0)) throw unsafe(archive, 'trailing-bytes');
}

function secondEndRecord(source: ByteSource, at: number): boolean {
  return at + 4 <= source.size && source.read(at, 4).readUInt32LE(0) === endSignature;
}

function readZip64(source: ByteSource, archive: string, end: EndRecord): EndRecord | undefined {
  const at = end.at - locatorLength;
  const locator = at < 0 ? undefined : source.read(at, locatorLength);
  const saturated = end.count === 0xffff || end.size === 0xffffffff || end.offset === 0xffffffff;
  if (locator?.readUInt32LE(0) !== locatorSignature) {
    if (end.size === 0xffffffff || end.offset === 0xffffffff) throw unsafe(archive, 'zip64-locator');
    return undefined;
  }
  if (!saturated && end.size <= classicLimit && end.offset <= classicLimit) throw unsafe(archive, 'zip64-needless');
  if (locator.readUInt32LE(4) !== 0 || locator.readUInt32LE(16) !== 1) throw unsafe(archive, 'multi-disk');
  if (locator.readBigUInt64LE(8) !== BigInt(at - zip64EndLength)) throw misplacedZip64(source, archive, locator);
  const record = source.read(at - zip64EndLength, zip64EndLength);
  return readZip64Record(record, archive, { ...end, at: at - zip64EndLength });
}

function misplacedZip64(source: ByteSource, archive: string, locator: Buffer): Error {
  const offset = Number(locator.readBigUInt64LE(8));
  const readable = offset + zip64EndLength <= source.size;
  const signed = readable && source.read(offset, 4).readUInt32LE(0) === zip64EndSignature;
  return unsafe(archive, signed ? 'zip64-extensible-data' : 'zip64-locator');
}

function readZip64Record(record: Buffer, archive: string, end: EndRecord): EndRecord {
  if (record.readUInt32LE(0) !== zip64EndSignature) throw unsafe(archive, 'zip64-locator');
  if (record.readBigUInt64LE(4) !== BigInt(zip64EndLength - 12)) throw unsafe(archive, 'zip64-extensible-data');
  if (record.readUInt32LE(16) !== 0 || record.readUInt32LE(20) !== 0) throw unsafe(archive, 'multi-disk');
  const count = record.readBigUInt64LE(32);
  if (record.readBigUInt64LE(24) !== count) throw unsafe(archive, 'multi-disk');
  return {
    at: end.at,
    count: agreeing(end.count, 0xffff, count, archive),
    size: agreeing(end.size, 0xffffffff, record.readBigUInt64LE(40), archive),
    offset: agreeing(end.offset, 0xffffffff, record.readBigUInt64LE(48), archive),
  };
}

/** A classic field is either saturated or says the same. */
function agreeing(classic: number, saturated: number, wide: bigint, archive: string): number {
  if (wide > BigInt(Number.MAX_SAFE_INTEGER)) throw unsafe(archive, 'zip64-conflict');
  if (classic !== saturated && BigInt(classic) !== wide) throw unsafe(archive, 'zip64-conflict');
  return Number(wide);
}
