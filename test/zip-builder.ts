import { hash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';

/** Header fields that a test may falsify, in one of the two headers or in both. */
export interface HeaderFields {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly crc32: number;
  readonly size: number;
  readonly compressedSize: number;
  readonly extra: Buffer;
  /** Central only. */
  readonly offset: number;
  /** Central only: `st_mode`. */
  readonly mode: number;
  /** Central only: the system that made the archive; 3 is Unix. */
  readonly host: number;
}

export interface EntrySpec {
  readonly name: string | Buffer;
  readonly data?: string | Buffer;
  /** 8 (deflate) by default. */
  readonly method?: number;
  /** Bytes as stored, where they shall not fit the data. */
  readonly raw?: Buffer;
  readonly mode?: number;
  readonly both?: Partial<HeaderFields>;
  readonly local?: Partial<HeaderFields>;
  readonly central?: Partial<HeaderFields>;
  readonly before?: Buffer;
  /** Bytes after the data, usually a data descriptor. */
  readonly after?: Buffer;
  /** Leaves the record out of the central directory. */
  readonly hidden?: boolean;
  /** No local header and no data. */
  readonly ghost?: boolean;
}

export interface ArchiveSpec {
  readonly comment?: Buffer;
  readonly beforeCentral?: Buffer;
  readonly beforeEnd?: Buffer;
  readonly trailing?: Buffer;
  readonly end?: Partial<{ count: number; countHere: number; size: number; offset: number; disk: number; commentLength: number }>;
  /** Writes ZIP64 end records and saturates the classic ones. */
  readonly zip64?: Partial<{ recordSize: bigint; count: bigint; offset: bigint; locator: bigint; sector: Buffer; saturate: boolean }>;
}

/** Little-endian numbers as bytes: `[width, value]`. */
export function le(...fields: readonly (readonly [width: 2 | 4 | 8, value: number | bigint])[]): Buffer {
  return Buffer.concat(
    fields.map(([width, value]) => {
      const bytes = Buffer.alloc(width);
      if (width === 8) bytes.writeBigUInt64LE(BigInt(value));
      else bytes.writeUIntLE(Number(value), 0, width);
      return bytes;
    }),
  );
}

/** One extra field. */
export function extraField(id: number, body: Buffer): Buffer {
  return Buffer.concat([le([2, id], [2, body.length]), body]);
}

/** A data descriptor of an entry with this content. */
export function descriptor(data: string | Buffer, options: { signed?: boolean; crc?: number; wide?: boolean } = {}): Buffer {
  const bytes = Buffer.from(data as string);
  const packed = deflateRawSync(bytes).length;
  const width = options.wide ? 8 : 4;
  const body = le([4, options.crc ?? crc32(bytes)], [width, packed], [width, bytes.length]);
  return options.signed === false ? body : Buffer.concat([le([4, 0x08074b50]), body]);
}

/** Writes an archive byte by byte; everything a test does not falsify is right. */
export function buildZip(entries: readonly EntrySpec[], archive: ArchiveSpec = {}): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const fields = fieldsOf(entry);
    const before = entry.before ?? Buffer.alloc(0);
    const start = offset + before.length;
    const local = entry.ghost ? Buffer.alloc(0) : localPart(entry, fields);
    parts.push(before, local);
    offset = start + local.length;
    if (!entry.hidden) central.push(centralRecord({ ...fields, offset: start, ...entry.both, ...entry.central }));
  }
  parts.push(archive.beforeCentral ?? Buffer.alloc(0));
  offset += archive.beforeCentral?.length ?? 0;
  const directory = Buffer.concat(central);
  const end = endRecords(archive, { count: central.length, size: directory.length, offset });
  return Buffer.concat([...parts, directory, archive.beforeEnd ?? Buffer.alloc(0), end, archive.trailing ?? Buffer.alloc(0)]);
}

function fieldsOf(entry: EntrySpec): HeaderFields {
  const data = Buffer.from((entry.data ?? '') as string);
  const name = Buffer.from(entry.name as string);
  const isDirectory = name.at(-1) === 0x2f;
  const method = entry.method ?? (isDirectory ? 0 : 8);
  const ascii = !name.some((byte) => byte > 0x7f);
  return {
    name,
    flags: ascii ? 0 : 0x800,
    method,
    crc32: crc32(data),
    size: data.length,
    compressedSize: rawOf(entry).length,
    extra: Buffer.alloc(0),
    offset: 0,
    mode: entry.mode ?? (isDirectory ? 0o040755 : 0o100644),
    host: 3,
  };
}

function rawOf(entry: EntrySpec): Buffer {
  const data = Buffer.from((entry.data ?? '') as string);
  const stored = entry.method === 0 || Buffer.from(entry.name as string).at(-1) === 0x2f;
  return entry.raw ?? (stored ? data : deflateRawSync(data));
}

function localPart(entry: EntrySpec, fields: HeaderFields): Buffer {
  const shown = { ...fields, ...entry.both, ...entry.local };
  const header = le(
    [4, 0x04034b50],
    [2, 20],
    [2, shown.flags],
    [2, shown.method],
    [4, 0x00210000],
    [4, shown.crc32],
    [4, shown.compressedSize],
    [4, shown.size],
    [2, shown.name.length],
    [2, shown.extra.length],
  );
  return Buffer.concat([header, shown.name, shown.extra, rawOf(entry), entry.after ?? Buffer.alloc(0)]);
}

function centralRecord(fields: HeaderFields): Buffer {
  const header = le(
    [4, 0x02014b50],
    [2, (fields.host << 8) | 20],
    [2, 20],
    [2, fields.flags],
    [2, fields.method],
    [4, 0x00210000],
    [4, fields.crc32],
    [4, fields.compressedSize],
    [4, fields.size],
    [2, fields.name.length],
    [2, fields.extra.length],
    [2, 0],
    [2, 0],
    [2, 0],
    [4, BigInt(fields.mode) << 16n],
    [4, fields.offset],
  );
  return Buffer.concat([header, fields.name, fields.extra]);
}

function endRecords(archive: ArchiveSpec, real: { count: number; size: number; offset: number }): Buffer {
  const comment = archive.comment ?? Buffer.alloc(0);
  const saturate = archive.zip64 !== undefined && archive.zip64.saturate !== false;
  const classic = saturate ? { count: 0xffff, size: 0xffffffff, offset: 0xffffffff } : real;
  const shown = { disk: 0, commentLength: comment.length, ...classic, ...archive.end };
  const end = le(
    [4, 0x06054b50],
    [2, shown.disk],
    [2, 0],
    [2, shown.countHere ?? shown.count],
    [2, shown.count],
    [4, shown.size],
    [4, shown.offset],
    [2, shown.commentLength],
  );
  return Buffer.concat([zip64Records(archive, real), end, comment]);
}

function zip64Records(archive: ArchiveSpec, real: { count: number; size: number; offset: number }): Buffer {
  const { zip64 } = archive;
  if (zip64 === undefined) return Buffer.alloc(0);
  const sector = zip64.sector ?? Buffer.alloc(0);
  const count = zip64.count ?? BigInt(real.count);
  const record = le(
    [4, 0x06064b50],
    [8, zip64.recordSize ?? BigInt(44 + sector.length)],
    [2, 45],
    [2, 45],
    [4, 0],
    [4, 0],
    [8, count],
    [8, count],
    [8, real.size],
    [8, zip64.offset ?? BigInt(real.offset)],
  );
  const at = BigInt(real.offset + real.size + (archive.beforeEnd?.length ?? 0));
  return Buffer.concat([record, sector, le([4, 0x07064b50], [4, 0], [8, zip64.locator ?? at], [4, 1])]);
}

export interface WheelSpec {
  readonly name?: string;
  readonly version?: string;
  /** `st_mode` of the files of .dist-info. */
  readonly mode?: number;
  /** Entries beside .dist-info; a string is the content of an ordinary file. */
  readonly files?: Readonly<Record<string, string | Omit<EntrySpec, 'name'>>>;
  /** Files of .dist-info; undefined removes one of the usual ones. */
  readonly distInfo?: Readonly<Record<string, string | undefined>>;
  /** Changes the rows of RECORD before they are written. */
  readonly record?: (rows: string[]) => string[];
}

/** A wheel with METADATA, WHEEL and a right RECORD. */
export function buildWheel(spec: WheelSpec = {}): Buffer {
  const { name = 'demo', version = '1.0' } = spec;
  const directory = `${name.replaceAll('-', '_')}-${version}.dist-info`;
  const usual = {
    METADATA: `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\nName: other\n`,
    WHEEL: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const mode = spec.mode === undefined ? {} : { mode: spec.mode };
  const info = Object.entries({ ...usual, ...spec.distInfo }).flatMap(([file, text]) =>
    text === undefined ? [] : [{ name: `${directory}/${file}`, data: text, ...mode }],
  );
  const files = Object.entries(spec.files ?? {}).map(([path, file]) =>
    typeof file === 'string' ? { name: path, data: file } : { ...file, name: path },
  );
  const entries: EntrySpec[] = [...files, ...info.filter((entry) => !entry.name.endsWith('/RECORD'))];
  const written = info.find((entry) => entry.name === `${directory}/RECORD`);
  const rows = entries.filter((entry) => !String(entry.name).endsWith('/')).map(recordRow);
  const all = [...rows, `${directory}/RECORD,,`];
  const record = written?.data ?? `${(spec.record?.(all) ?? all).join('\n')}\n`;
  const withRecord = spec.distInfo !== undefined && 'RECORD' in spec.distInfo && spec.distInfo.RECORD === undefined;
  return buildZip(withRecord ? entries : [...entries, { name: `${directory}/RECORD`, data: record, ...mode }]);
}

function recordRow(entry: EntrySpec): string {
  const data = Buffer.from((entry.data ?? '') as string);
  return `${entry.name},sha256=${hash('sha256', data, 'base64url')},${data.length}`;
}
