import { ToolError } from '../errors/index.ts';
import { blockSize } from './header.ts';

/** What one entry of a read archive is. Paths have no leading `./` or `/` and no trailing slash; the root itself is `''`. */
export interface TarHeader {
  readonly path: string;
  readonly type: TarEntryType;
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of content that follow; 0 for everything but files. */
  readonly size: number;
  /** Seconds since 1970, whole. */
  readonly mtime: number;
  /** Target of a symlink as written; path of a hard link's other name as `path`; else empty. */
  readonly linkname: string;
}

export type TarEntryType = 'file' | 'hardlink' | 'symlink' | 'character' | 'block' | 'directory' | 'fifo';

/** Caps of the parts that a reader must hold in memory. */
export const caps = { extension: 1024 * 1024, path: 65_536 } as const;

const types: Readonly<Record<string, TarEntryType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'character',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
};

/** A 512-byte header as it stands, before extensions. */
interface RawHeader {
  readonly flag: string;
  readonly size: number;
  readonly header: TarHeader;
}

/** Values that pax or GNU extension entries give to the next entry. */
type Overrides = Map<string, string>;

/** What the reader must do after a header block. */
export type Step =
  | { readonly kind: 'end' }
  /** Read `size` bytes and give them to `extend`. */
  | { readonly kind: 'extension'; readonly flag: string; readonly size: number }
  | { readonly kind: 'skip'; readonly size: number }
  | { readonly kind: 'entry'; readonly header: TarHeader };

/** Understands header blocks one after another; knows nothing about where bytes come from. */
export class HeaderParser {
  private overrides: Overrides = new Map();

  /** Takes a header block. Errors: TAR_DAMAGED. */
  step(block: Uint8Array): Step {
    const raw = parseBlock(block);
    if (raw === undefined) return { kind: 'end' };
    if (raw.flag === 'g') return { kind: 'skip', size: raw.size };
    if (raw.flag === 'x' || raw.flag === 'L' || raw.flag === 'K') {
      if (raw.size > caps.extension) throw damaged('an extended header is larger than 1 MiB');
      return { kind: 'extension', flag: raw.flag, size: raw.size };
    }
    const header = merge(raw, this.overrides);
    this.overrides = new Map();
    return { kind: 'entry', header };
  }

  extend(flag: string, bytes: Uint8Array): void {
    const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (flag === 'L') this.overrides.set('path', text(data));
    else if (flag === 'K') this.overrides.set('linkpath', text(data));
    else for (const [key, value] of paxPairs(data)) this.overrides.set(key, value);
  }
}

export function damaged(what: string): ToolError {
  return new ToolError('TAR_DAMAGED', `could not read a tar archive: ${what}`);
}

function parseBlock(bytes: Uint8Array): RawHeader | undefined {
  const block = Buffer.from(bytes.buffer, bytes.byteOffset, blockSize);
  const sum = checksum(block);
  if (sum === 8 * 0x20) return undefined;
  if (number(block, 148, 8) !== sum) throw damaged('a header has a wrong checksum');
  const flag = String.fromCharCode(block[156] ?? 0);
  const prefix = block.toString('latin1', 257, 263) === 'ustar\0' ? text(block.subarray(345, 500)) : '';
  const name = text(block.subarray(0, 100));
  const header: TarHeader = {
    path: prefix === '' ? name : `${prefix}/${name}`,
    type: types[flag] ?? 'file',
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    size: number(block, 124, 12),
    mtime: number(block, 136, 12),
    linkname: text(block.subarray(157, 257)),
  };
  return { flag, size: header.size, header };
}

/** The sum with the checksum field taken as spaces; 256 for a block of zeros. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let i = 0; i < blockSize; i += 1) if (i < 148 || i >= 156) sum += block[i] ?? 0;
  return sum;
}

function text(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, end === -1 ? bytes.length : end);
}

/** An octal field, or GNU's base-256 (top bit set). */
function number(block: Buffer, offset: number, length: number): number {
  const field = block.subarray(offset, offset + length);
  const value = (field[0] ?? 0) & 0x80 ? base256(field) : octal(field.toString('latin1'));
  if (!Number.isSafeInteger(value)) throw damaged('a number in a header can not be read');
  return value;
}

function octal(field: string): number {
  const digits = field.replaceAll(/[ \0]+$|^[ \0]+/g, '').replace(/[ \0].*$/s, '');
  if (digits === '') return 0;
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : Number.NaN;
}

function base256(field: Buffer): number {
  if ((field[0] ?? 0) & 0x40) return Number.NaN;
  return field.reduce((value, byte, i) => value * 256 + (i === 0 ? byte & 0x3f : byte), 0);
}

function* paxPairs(data: Buffer): Generator<[string, string]> {
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(data.toString('latin1', at, space));
    if (!Number.isInteger(length) || length <= space - at + 1 || at + length > data.length)
      throw damaged('a pax record has a wrong length');
    const record = data.toString('utf8', space + 1, at + length);
    const equals = record.indexOf('=');
    if (equals <= 0 || !record.endsWith('\n')) throw damaged('a pax record has no key or no end');
    yield [record.slice(0, equals), record.slice(equals + 1, -1)];
    at += length;
  }
}

function merge(raw: RawHeader, overrides: Overrides): TarHeader {
  const sparse = raw.flag === 'S' || [...overrides.keys()].some((key) => key.startsWith('GNU.sparse.'));
  if (sparse) throw damaged('it holds a sparse file, which is not supported');
  const type = types[raw.flag];
  if (type === undefined) throw damaged(`it holds an entry of the unknown type ${JSON.stringify(raw.flag)}`);
  const linkname = overrides.get('linkpath') ?? raw.header.linkname;
  const path = overrides.get('path') ?? raw.header.path;
  const isDirectory = type === 'directory' || (type === 'file' && path.endsWith('/'));
  return {
    ...raw.header,
    type: isDirectory ? 'directory' : type,
    path: cleanPath(path),
    linkname: type === 'hardlink' ? cleanPath(linkname) : linkname,
    size: type === 'file' && !isDirectory ? count(overrides.get('size'), raw.size) : 0,
    uid: count(overrides.get('uid'), raw.header.uid),
    gid: count(overrides.get('gid'), raw.header.gid),
    mtime: Math.floor(Number(overrides.get('mtime') ?? raw.header.mtime)) || 0,
  };
}

function count(override: string | undefined, value: number): number {
  const result = override === undefined ? value : Number(override);
  if (!Number.isSafeInteger(result) || result < 0) throw damaged('a size or owner in a header can not be read');
  return result;
}

function cleanPath(path: string): string {
  if (path.length > caps.path || path.includes('\0')) throw damaged('a path is too long or holds a NUL');
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.includes('..')) throw damaged(`a path leaves the archive: ${JSON.stringify(path)}`);
  return segments.join('/');
}
