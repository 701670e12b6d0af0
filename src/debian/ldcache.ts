/** One library of the cache. */
export interface CacheEntry {
  /** What the loader looks for: the soname. */
  readonly key: string;
  /** Absolute path that it opens. */
  readonly value: string;
  /** Name of the `glibc-hwcaps` subdirectory that it comes from, for example `x86-64-v3`. */
  readonly hwcaps?: string;
}

export interface CacheOptions {
  /** libc type and word size: see `cacheFlags`. */
  readonly flags: number;
  /** Text of the generator section, as ldconfig writes it. */
  readonly generator: string;
}

/** Flags of ordinary libraries: ELF for libc6 (3) and the architecture. */
export const cacheFlags = { amd64: 0x0303, arm64: 0x0a03 } as const;

const magic = 'glibc-ld.so.cache1.1';
const headerSize = 48;
const entrySize = 24;
const extensionMagic = 0xeaa42174;
const tagGenerator = 0;
const tagHwcaps = 1;

const isDigit = (code: number) => code >= 0x30 && code <= 0x39;

/** glibc's order of library names: runs of digits compare as numbers, and come after everything else. */
export function compareLibraries(a: string, b: string): number {
  let [i, j] = [0, 0];
  while (i < a.length) {
    const [x, y] = [a.charCodeAt(i), j < b.length ? b.charCodeAt(j) : 0];
    if (isDigit(x) !== isDigit(y)) return isDigit(x) ? 1 : -1;
    if (isDigit(x)) {
      const [left, right] = [/^\d+/.exec(a.slice(i))?.[0] ?? '', /^\d+/.exec(b.slice(j))?.[0] ?? ''];
      if (Number(left) !== Number(right)) return Number(left) - Number(right);
      i += left.length;
      j += right.length;
    } else {
      if (x !== y) return x - y;
      i++;
      j++;
    }
  }
  return j < b.length ? -1 : 0;
}

function compareEntries(a: CacheEntry, b: CacheEntry): number {
  const byName = compareLibraries(b.key, a.key);
  if (byName !== 0 || a.hwcaps === b.hwcaps) return byName;
  if (a.hwcaps === undefined) return 1;
  if (b.hwcaps === undefined) return -1;
  return a.hwcaps < b.hwcaps ? -1 : 1;
}

/** Longest common endings first, so that a string can share the bytes of the one before it. */
function compareFromEnd(a: string, b: string): number {
  for (let i = 1; i <= Math.min(a.length, b.length); i++) {
    const difference = b.charCodeAt(b.length - i) - a.charCodeAt(a.length - i);
    if (difference !== 0) return difference;
  }
  return b.length - a.length;
}

function stringTable(strings: readonly string[]): { readonly bytes: Buffer; readonly offsets: ReadonlyMap<string, number> } {
  const offsets = new Map<string, number>();
  const stored: string[] = [];
  let length = 0;
  let previous = '';
  for (const text of [...new Set(strings)].sort(compareFromEnd)) {
    if (previous.endsWith(text)) offsets.set(text, (offsets.get(previous) ?? 0) + previous.length - text.length);
    else {
      offsets.set(text, length);
      stored.push(`${text}\0`);
      length += text.length + 1;
    }
    previous = text;
  }
  return { bytes: Buffer.from(stored.join(''), 'latin1'), offsets };
}

interface Section {
  readonly tag: number;
  readonly data: Buffer;
}

/** The extension: a table of sections, then their data; the generator is first in the table and last in the data. */
function extension(start: number, hwcaps: Buffer, generator: Buffer): Buffer {
  const inData: Section[] = [...(hwcaps.length > 0 ? [{ tag: tagHwcaps, data: hwcaps }] : []), { tag: tagGenerator, data: generator }];
  const head = Buffer.alloc(8 + 16 * inData.length);
  head.writeUInt32LE(extensionMagic, 0);
  head.writeUInt32LE(inData.length, 4);
  let offset = start + head.length;
  const placed = inData.map((section) => {
    const at = offset;
    offset += section.data.length;
    return { ...section, at };
  });
  placed
    .toSorted((a, b) => a.tag - b.tag)
    .forEach(({ tag, data, at }, index) => {
      head.writeUInt32LE(tag, 8 + 16 * index);
      head.writeUInt32LE(at, 16 + 16 * index);
      head.writeUInt32LE(data.length, 20 + 16 * index);
    });
  return Buffer.concat([head, ...inData.map(({ data }) => data)]);
}

/**
 * The bytes of /etc/ld.so.cache, equal to those of glibc's own ldconfig (format of glibc 2.32 and later, little endian).
 * Entries with equal keys keep their order.
 */
export function writeCache(entries: readonly CacheEntry[], { flags, generator }: CacheOptions): Buffer {
  const sorted = [...entries].sort(compareEntries);
  const subdirectories = [...new Set(sorted.flatMap(({ hwcaps }) => hwcaps ?? []))].sort();
  const strings = stringTable([...sorted.flatMap(({ key, value }) => [key, value]), ...subdirectories]);
  const stringsAt = headerSize + entrySize * sorted.length;
  const offsetOf = (text: string) => stringsAt + (strings.offsets.get(text) ?? 0);
  const extensionAt = Math.ceil((stringsAt + strings.bytes.length) / 4) * 4;

  const head = Buffer.alloc(stringsAt);
  head.write(magic, 0, 'latin1');
  head.writeUInt32LE(sorted.length, 20);
  head.writeUInt32LE(strings.bytes.length, 24);
  head.writeUInt8(2, 28);
  head.writeUInt32LE(extensionAt, 32);
  sorted.forEach(({ key, value, hwcaps }, index) => {
    const at = headerSize + entrySize * index;
    head.writeInt32LE(flags, at);
    head.writeUInt32LE(offsetOf(key), at + 4);
    head.writeUInt32LE(offsetOf(value), at + 8);
    if (hwcaps !== undefined) head.writeBigUInt64LE((1n << 62n) | BigInt(subdirectories.indexOf(hwcaps)), at + 16);
  });
  const hwcapOffsets = Buffer.alloc(4 * subdirectories.length);
  subdirectories.forEach((name, index) => {
    hwcapOffsets.writeUInt32LE(offsetOf(name), 4 * index);
  });
  const padding = Buffer.alloc(extensionAt - stringsAt - strings.bytes.length);
  return Buffer.concat([head, strings.bytes, padding, extension(extensionAt, hwcapOffsets, Buffer.from(generator, 'latin1'))]);
}
