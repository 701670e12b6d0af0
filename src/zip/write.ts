import { crc32 } from 'node:zlib';

/** A file of an archive that is written. */
export interface NewEntry {
  /** POSIX, relative. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** 1980-01-01 00:00, the earliest time that the format has. */
const time = 0x0021_0000;
const utf8 = 0x800;
const unix = 3;

/**
 * Writes an archive of stored files in the order given, all with one time: the same files give the same bytes (APPNOTE 4.3). For archives below
 * 4 GiB and 65,535 files.
 */
export function writeZip(entries: readonly NewEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const central: Uint8Array[] = [];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.path);
    const common = commonFields(entry, name);
    const local = Buffer.concat([numbers([4, 0x04034b50], [2, 20]), common, numbers([2, 0]), name]);
    parts.push(local, entry.bytes);
    const mode = (0o100644 | (entry.executable ? 0o111 : 0)) * 0x1_0000;
    const rest = numbers([2, 0], [2, 0], [2, 0], [2, 0], [4, mode], [4, offset]);
    central.push(numbers([4, 0x02014b50], [2, (unix << 8) | 20], [2, 20]), common, rest, name);
    offset += local.length + entry.bytes.length;
  }
  const directory = Buffer.concat(central);
  if (offset + directory.length > 0xffff_fffe || entries.length > 0xfffe) throw new RangeError('too large for a zip archive without ZIP64');
  const count = entries.length;
  const end = numbers([4, 0x06054b50], [2, 0], [2, 0], [2, count], [2, count], [4, directory.length], [4, offset], [2, 0]);
  return Buffer.concat([...parts, directory, end]);
}

/** Flags, method, time, CRC-32, sizes and the length of the name: the same in both headers. */
function commonFields({ path, bytes }: NewEntry, name: Uint8Array): Uint8Array {
  const flags = path.length === name.length ? 0 : utf8;
  return numbers([2, flags], [2, 0], [4, time], [4, crc32(bytes)], [4, bytes.length], [4, bytes.length], [2, name.length]);
}

function numbers(...fields: readonly (readonly [width: 2 | 4, value: number])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [width]) => sum + width, 0));
  let at = 0;
  for (const [width, value] of fields) at = bytes.writeUIntLE(value, at, width);
  return bytes;
}
