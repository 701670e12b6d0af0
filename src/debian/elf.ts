/** What the loader reads of an ELF file (gABI 4.1; 64-bit, little endian). */
export interface ElfInfo {
  /** 2 = executable, 3 = shared object. */
  readonly type: number;
  /** 62 = x86-64, 183 = aarch64. */
  readonly machine: number;
  readonly soname: string | undefined;
  /** `DT_NEEDED` in order. */
  readonly needed: readonly string[];
}

const headerSize = 64;
const segmentLoad = 1;
const segmentDynamic = 2;
const tagNeeded = 1;
const tagStringTable = 5;
const tagSoname = 14;

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** Whether bytes begin with the ELF magic. */
export function isElf(bytes: Uint8Array): boolean {
  return bytes[0] === 0x7f && bytes[1] === 0x45 && bytes[2] === 0x4c && bytes[3] === 0x46;
}

function number64(view: DataView, at: number): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new RangeError('a number in an ELF file is too large');
  return Number(value);
}

function segments(view: DataView): readonly Segment[] {
  const [start, size, count] = [number64(view, 32), view.getUint16(54, true), view.getUint16(56, true)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: view.getUint32(at, true),
      offset: number64(view, at + 8),
      address: number64(view, at + 16),
      size: number64(view, at + 32),
    };
  });
}

function dynamicEntries(view: DataView, { offset, size }: Segment): readonly (readonly [tag: number, value: number])[] {
  const entries: (readonly [number, number])[] = [];
  for (let at = offset; at + 16 <= offset + size; at += 16) {
    const tag = view.getBigInt64(at, true);
    if (tag === 0n) break;
    if (tag === BigInt(tagNeeded) || tag === BigInt(tagStringTable) || tag === BigInt(tagSoname))
      entries.push([Number(tag), number64(view, at + 8)]);
  }
  return entries;
}

function stringAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at);
  if (at >= bytes.length || end < 0) throw new RangeError('a name in an ELF file lies outside of it');
  return Buffer.from(bytes.subarray(at, end)).toString('latin1');
}

/** Reads an ELF file; undefined for other files, other word sizes and other byte orders. Throws `RangeError` if it is damaged. */
export function readElf(bytes: Uint8Array): ElfInfo | undefined {
  if (!isElf(bytes) || bytes.length < headerSize || bytes[4] !== 2 || bytes[5] !== 1) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [type, machine] = [view.getUint16(16, true), view.getUint16(18, true)];
  const all = segments(view);
  const dynamic = all.find((segment) => segment.type === segmentDynamic);
  const entries = dynamic ? dynamicEntries(view, dynamic) : [];
  const table = entries.find(([tag]) => tag === tagStringTable)?.[1];
  const load = all.find(
    ({ type: kind, address, size }) => kind === segmentLoad && table !== undefined && table >= address && table < address + size,
  );
  if (table === undefined || !load) return { type, machine, soname: undefined, needed: [] };
  const names = (wanted: number) =>
    entries.filter(([tag]) => tag === wanted).map(([, value]) => stringAt(bytes, load.offset + table - load.address + value));
  return { type, machine, soname: names(tagSoname)[0], needed: names(tagNeeded) };
}
