import type { LayerEntry } from './types.ts';

export const blockSize = 512;
const ascii = /^[ -~]*$/;
const typeFlags = { file: '0', symlink: '2', directory: '5' } as const;

/** The header blocks of one entry: a pax header only for what ustar can't hold (oci.md §2.2), then the ustar header. */
export function headerBytes(entry: LayerEntry): Uint8Array {
  const path = entry.type === 'directory' ? `${entry.path}/` : entry.path;
  const target = entry.type === 'symlink' ? entry.target : '';
  const size = entry.type === 'file' ? entry.size : 0;
  const split = splitPath(path);
  const records = paxRecords({ path: split === undefined ? path : undefined, target, size, uid: entry.uid, gid: entry.gid });
  const fields = {
    ...(split ?? { name: plainAscii(path).slice(0, 100), prefix: '' }),
    target: fits(target, 100) ? target : plainAscii(target).slice(0, 100),
    type: typeFlags[entry.type],
    mode: entry.mode,
    uid: entry.uid <= maximumId ? entry.uid : 0,
    gid: entry.gid <= maximumId ? entry.gid : 0,
    size: size <= maximumSize ? size : 0,
    mtime: entry.mtime,
  };
  const main = ustar(fields);
  return records.length === 0 ? main : Buffer.concat([paxHeader(records), main]);
}

const maximumId = 0o7777777;
const maximumSize = 0o77777777777;

interface Fields {
  readonly name: string;
  readonly prefix: string;
  readonly target: string;
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
}

/** What all headers have in common: magic, version and device numbers; user and group names stay empty. */
const template = Buffer.alloc(blockSize);
template.write('ustar\x0000', 257, 'latin1');
template.write('0000000\x000000000', 329, 'latin1');

/** One 512-byte header (POSIX.1-2024, pax, "ustar Interchange Format"). Large layers have very many of them, so it comes from a pool. */
function ustar(fields: Fields): Uint8Array {
  const block = Buffer.allocUnsafe(blockSize);
  block.set(template);
  block.write(fields.name, 0, 'latin1');
  putOctal(block, 100, { digits: 7, value: fields.mode });
  putOctal(block, 108, { digits: 7, value: fields.uid });
  putOctal(block, 116, { digits: 7, value: fields.gid });
  putOctal(block, 124, { digits: 11, value: fields.size });
  putOctal(block, 136, { digits: 11, value: fields.mtime });
  block.write(fields.type, 156, 'latin1');
  if (fields.target !== '') block.write(fields.target, 157, 'latin1');
  if (fields.prefix !== '') block.write(fields.prefix, 345, 'latin1');
  // The checksum's own field counts as eight spaces.
  let sum = 8 * 0x20;
  for (let i = 0; i < blockSize; i += 1) sum += block[i] as number;
  putOctal(block, 148, { digits: 6, value: sum });
  block[155] = 0x20;
  return block;
}

function putOctal(block: Uint8Array, at: number, { digits, value }: { readonly digits: number; readonly value: number }): void {
  if (!Number.isSafeInteger(value) || value < 0 || value >= 8 ** digits)
    throw new RangeError(`not a number of up to ${digits} octal digits: ${value}`);
  let left = value;
  for (let i = at + digits - 1; i >= at; i -= 1) {
    block[i] = 0x30 + (left % 8);
    left = Math.floor(left / 8);
  }
}

function fits(text: string, length: number): boolean {
  return text.length <= length && ascii.test(text);
}

/** The leftmost split into prefix (≤ 155) and name (≤ 100); undefined if there is none or a character is not ASCII. */
function splitPath(path: string): { readonly name: string; readonly prefix: string } | undefined {
  if (!ascii.test(path)) return undefined;
  if (path.length <= 100) return { name: path, prefix: '' };
  const cut = path.indexOf('/', path.length - 101);
  if (cut <= 0 || cut > 155 || cut === path.length - 1) return undefined;
  return { name: path.slice(cut + 1), prefix: path.slice(0, cut) };
}

/** What old readers see when they don't know pax. */
function plainAscii(text: string): string {
  return text.replaceAll(/[^ -~]/g, '_');
}

interface Large {
  readonly path: string | undefined;
  readonly target: string;
  readonly size: number;
  readonly uid: number;
  readonly gid: number;
}

/** Records sorted by keyword. */
function paxRecords(entry: Large): string[] {
  return [
    ...(entry.gid > maximumId ? [paxRecord('gid', `${entry.gid}`)] : []),
    ...(fits(entry.target, 100) ? [] : [paxRecord('linkpath', entry.target)]),
    ...(entry.path === undefined ? [] : [paxRecord('path', entry.path)]),
    ...(entry.size > maximumSize ? [paxRecord('size', `${entry.size}`)] : []),
    ...(entry.uid > maximumId ? [paxRecord('uid', `${entry.uid}`)] : []),
  ];
}

/** `LENGTH KEY=VALUE\n`, where LENGTH counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + `${rest}`.length;
  if (`${length}`.length + rest !== length) length = rest + `${length}`.length;
  return `${length} ${key}=${value}\n`;
}

function paxHeader(records: readonly string[]): Uint8Array {
  const body = Buffer.from(records.join(''));
  const name = '././@PaxHeader';
  const header = ustar({ name, prefix: '', target: '', type: 'x', mode: 0o644, uid: 0, gid: 0, size: body.length, mtime: 0 });
  return Buffer.concat([header, body, padding(body.length)]);
}

const zeros = Buffer.alloc(blockSize);

/** Zero bytes that fill the last block of `size` bytes. */
export function padding(size: number): Uint8Array {
  return zeros.subarray(0, (blockSize - (size % blockSize)) % blockSize);
}
