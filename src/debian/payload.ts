/** One member of a package's tar. Paths have no leading `./` or `/` and no trailing slash; the root itself is the empty path. */
export interface PayloadItem {
  readonly path: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Target of a link; of a hard link, the path of the other member. */
  readonly target: string;
  /** Empty unless a file. */
  readonly content: Uint8Array;
}

const block = 512;
const types: Readonly<Record<string, PayloadItem['type']>> = {
  '0': 'file',
  '\0': 'file',
  '5': 'directory',
  '2': 'symlink',
  '1': 'hardlink',
};

function cString(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString('utf8');
}

function octal(bytes: Uint8Array): number {
  const text = cString(bytes).trim();
  if (!/^[0-7]*$/.test(text)) throw new RangeError('a number in a tar header is not octal');
  return Number.parseInt(text || '0', 8);
}

function paxFields(content: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < content.length; ) {
    const space = content.indexOf(0x20, at);
    const length = Number(Buffer.from(content.subarray(at, Math.max(space, at))).toString('latin1'));
    if (!Number.isSafeInteger(length) || length < 5 || at + length > content.length) throw new RangeError('damaged pax header');
    const record = Buffer.from(content.subarray(space + 1, at + length - 1)).toString('utf8');
    const equals = record.indexOf('=');
    fields.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return fields;
}

/** A path by segments; `..`, an empty name inside and NUL have no place in a package. */
function cleanPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '.' && segment !== '');
  if (segments.includes('..') || path.includes('\0')) throw new RangeError(`unsafe path in a package: ${JSON.stringify(path)}`);
  return segments.join('/');
}

interface Pending {
  path?: string;
  target?: string;
  size?: number;
}

function readItem(header: Uint8Array, content: Uint8Array, pending: Pending): PayloadItem {
  const type = types[String.fromCharCode(header[156] ?? 0)];
  const prefix = cString(header.subarray(257, 262)) === 'ustar' && header[262] === 0 ? cString(header.subarray(345, 500)) : '';
  const name = cString(header.subarray(0, 100));
  const path = pending.path ?? (prefix ? `${prefix}/${name}` : name);
  if (!type) throw new RangeError(`a device or an unknown kind of file in a package: ${JSON.stringify(path)}`);
  const target = pending.target ?? cString(header.subarray(157, 257));
  return {
    path: cleanPath(path),
    type,
    mode: octal(header.subarray(100, 108)) & 0o7777,
    uid: octal(header.subarray(108, 116)),
    gid: octal(header.subarray(116, 124)),
    target: type === 'hardlink' ? cleanPath(target) : target,
    content: type === 'file' ? content : new Uint8Array(),
  };
}

function checkSum(header: Uint8Array): void {
  let sum = 0;
  for (let i = 0; i < block; i++) sum += i >= 148 && i < 156 ? 0x20 : (header[i] ?? 0);
  if (sum !== octal(header.subarray(148, 156))) throw new RangeError('a tar header has a wrong checksum');
}

/** Reads the members of a whole tar held in memory (ustar, pax paths and sizes, GNU long names); contents are views. Throws `RangeError` if damaged. */
export function readPayload(tar: Uint8Array): readonly PayloadItem[] {
  const items: PayloadItem[] = [];
  let pending: Pending = {};
  for (let at = 0; at + block <= tar.length; ) {
    const header = tar.subarray(at, at + block);
    if (header[0] === 0) break;
    checkSum(header);
    const kind = String.fromCharCode(header[156] ?? 0);
    const size = pending.size ?? octal(header.subarray(124, 136));
    const content = tar.subarray(at + block, at + block + size);
    if (content.length !== size) throw new RangeError('the tar ends inside a file');
    at += block + Math.ceil(size / block) * block;
    if (kind === 'x') {
      const fields = paxFields(content);
      const [path, target, paxSize] = [fields.get('path'), fields.get('linkpath'), fields.get('size')];
      pending = { ...pending, ...(path && { path }), ...(target && { target }), ...(paxSize && { size: Number(paxSize) }) };
    } else if (kind === 'L') pending.path = cString(content);
    else if (kind === 'K') pending.target = cString(content);
    else if (kind !== 'g') {
      items.push(readItem(header, content, pending));
      pending = {};
    }
  }
  return items;
}
