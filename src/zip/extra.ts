import { crc32 } from 'node:zlib';
import { unsafe } from './rules.ts';

const zip64Id = 0x0001;
const unicodePathId = 0x7075;
const saturated = 0xffffffff;
/** Python's zipfile goes over to ZIP64 beyond this, half of what the classic fields could hold. */
export const classicLimit = 0x7fffffff;

/** Where a header stands, for messages. */
export interface HeaderPlace {
  readonly archive: string;
  readonly entry: string;
}

/** The classic 32-bit values of a header; a saturated one is in the ZIP64 field. */
export interface ClassicSizes {
  readonly size: number;
  readonly compressedSize: number;
  /** Absent in local headers. */
  readonly offset?: number;
}

export interface WideSizes {
  readonly size: number;
  readonly compressedSize: number;
  readonly offset: number;
  readonly zip64: boolean;
}

/** Splits an extra area into fields by id (APPNOTE 4.5); refuses areas that do not add up and known ids that come twice. */
export function readExtraFields(area: Buffer, place: HeaderPlace): ReadonlyMap<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let at = 0;
  while (at < area.length) {
    if (at + 4 > area.length) throw unsafe(place.archive, 'extra-field', place.entry);
    const id = area.readUInt16LE(at);
    const end = at + 4 + area.readUInt16LE(at + 2);
    if (end > area.length) throw unsafe(place.archive, 'extra-field', place.entry);
    if (fields.has(id) && id === zip64Id) throw unsafe(place.archive, 'zip64-extra', place.entry);
    if (fields.has(id) && id === unicodePathId) throw unsafe(place.archive, 'unicode-path', place.entry);
    fields.set(id, area.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

/**
 * Resolves sizes through the ZIP64 field (APPNOTE 4.5.3): exactly the saturated values, in order. In a local header it may also hold
 * both sizes beside classic ones that say the same, as Bazel's writer does (protobuf's wheels).
 */
export function resolveSizes(classic: ClassicSizes, fields: ReadonlyMap<number, Buffer>, place: HeaderPlace): WideSizes {
  const field = fields.get(zip64Id);
  const wanted = [classic.size, classic.compressedSize, classic.offset ?? 0];
  if (field === undefined) {
    if (wanted.includes(saturated)) throw unsafe(place.archive, 'zip64-extra', place.entry);
    return { size: classic.size, compressedSize: classic.compressedSize, offset: classic.offset ?? 0, zip64: false };
  }
  if (classic.offset === undefined && field.length === 16) return bothSizes(classic, field, place);
  const saturatedCount = wanted.filter((value) => value === saturated).length;
  if (field.length !== saturatedCount * 8) throw unsafe(place.archive, 'zip64-extra', place.entry);
  if (saturatedCount === 0) throw unsafe(place.archive, 'zip64-needless', place.entry);
  const values = widen(wanted, field, { ...place, isCentral: classic.offset !== undefined });
  return { size: values[0] ?? 0, compressedSize: values[1] ?? 0, offset: values[2] ?? 0, zip64: true };
}

function bothSizes(classic: ClassicSizes, field: Buffer, place: HeaderPlace): WideSizes {
  const [size, compressedSize] = [0, 8].map((at) => wideAt(field, at, place)) as [number, number];
  const agrees = (narrow: number, wide: number) => narrow === saturated || narrow === wide;
  if (!agrees(classic.size, size) || !agrees(classic.compressedSize, compressedSize))
    throw unsafe(place.archive, 'zip64-conflict', place.entry);
  return { size, compressedSize, offset: 0, zip64: true };
}

function wideAt(field: Buffer, at: number, place: HeaderPlace): number {
  const wide = field.readBigUInt64LE(at);
  if (wide > BigInt(Number.MAX_SAFE_INTEGER)) throw unsafe(place.archive, 'zip64-conflict', place.entry);
  return Number(wide);
}

function widen(wanted: readonly number[], field: Buffer, place: HeaderPlace & { readonly isCentral: boolean }): number[] {
  let at = 0;
  const values = wanted.map((value) => {
    if (value !== saturated) return value;
    at += 8;
    return wideAt(field, at - 8, place);
  });
  // Local headers may be written before the sizes are known. The central directory is not, so there small values only mislead.
  if (place.isCentral && values.every((value) => value <= classicLimit)) throw unsafe(place.archive, 'zip64-needless', place.entry);
  return values;
}

/** The Info-ZIP Unicode path field must say what the name says (APPNOTE 4.6.9). */
export function checkUnicodePath(name: Buffer, fields: ReadonlyMap<number, Buffer>, place: HeaderPlace): void {
  const field = fields.get(unicodePathId);
  if (field === undefined) return;
  const agrees = field.length >= 5 && field[0] === 1 && field.readUInt32LE(1) === crc32(name) && field.subarray(5).equals(name);
  if (!agrees) throw unsafe(place.archive, 'unicode-path', place.entry);
}
