import { crc32, gzipSync, zstdCompressSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { collect } from './sampleImage.ts';

/** Bytes as an .xz file whose LZMA2 chunks are all stored: valid for every reader, and needs no compressor. */
export function storedXz(data: Uint8Array): Buffer {
  const flags = Buffer.from([0, 1]);
  const withCrc = (...parts: readonly Uint8Array[]) => Buffer.concat([...parts, u32(crc32(Buffer.concat(parts)))]);
  const magic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
  const blockHeader = withCrc(Buffer.from([2, 0, 0x21, 1, 0x16, 0, 0, 0]));
  const chunks: Buffer[] = [];
  for (let at = 0; at < data.length; at += 0x10000) {
    const part = data.subarray(at, at + 0x10000);
    const head = Buffer.from([at === 0 ? 1 : 2, 0, 0]);
    head.writeUInt16BE(part.length - 1, 1);
    chunks.push(head, Buffer.from(part));
  }
  const lzma2 = Buffer.concat([...chunks, Buffer.from([0])]);
  const block = Buffer.concat([blockHeader, padded(lzma2), u32(crc32(data))]);
  const unpadded = blockHeader.length + lzma2.length + 4;
  const index = withCrc(padded(Buffer.concat([Buffer.from([0, 1]), varint(unpadded), varint(data.length)])));
  const footer = Buffer.concat([u32(index.length / 4 - 1), flags]);
  return Buffer.concat([magic, withCrcOf(flags), block, index, u32(crc32(footer)), footer, Buffer.from('YZ')]);
}

function withCrcOf(flags: Buffer): Buffer {
  return Buffer.concat([flags, u32(crc32(flags))]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** A Unix archive of the members, in order. */
export function arArchive(members: Readonly<Record<string, Uint8Array>>): Buffer {
  const parts = Object.entries(members).flatMap(([name, bytes]) => [
    Buffer.from(`${name.padEnd(16)}0           0     0     100644  ${String(bytes.length).padEnd(10)}\`\n`, 'latin1'),
    bytes,
    Buffer.alloc(bytes.length % 2, '\n'),
  ]);
  return Buffer.concat([Buffer.from('!<arch>\n'), ...parts]);
}

export interface DebEntry extends Partial<Header> {
  readonly name: string;
  readonly data?: string | Uint8Array;
}

async function tar(entries: readonly DebEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { data, ...header } of entries) archive.entry({ mtime: new Date(0), ...header }, Buffer.from(data ?? ''));
  archive.finalize();
  return await collect(archive);
}

const compressors = { xz: storedXz, gz: (bytes: Uint8Array) => gzipSync(bytes), zst: (bytes: Uint8Array) => zstdCompressSync(bytes) };

export interface DebOptions {
  /** Fields of the control paragraph. */
  readonly control: Readonly<Record<string, string>>;
  /** Other control members by name. */
  readonly extra?: Readonly<Record<string, string>>;
  readonly files: readonly DebEntry[];
  readonly compression?: keyof typeof compressors;
}

/** A binary package. */
export async function makeDeb({ control, extra = {}, files, compression = 'xz' }: DebOptions): Promise<Buffer> {
  const text = Object.entries(control).map(([field, value]) => `${field}: ${value}\n`);
  const members = [
    { name: './control', data: text.join('') },
    ...Object.entries(extra).map(([name, data]) => ({ name: `./${name}`, data })),
  ];
  const compress = compressors[compression];
  return arArchive({
    'debian-binary': Buffer.from('2.0\n'),
    [`control.tar.${compression}`]: compress(await tar(members)),
    [`data.tar.${compression}`]: compress(await tar([{ name: './', type: 'directory' }, ...files])),
  });
}

export interface ElfOptions {
  readonly soname?: string;
  readonly needed?: readonly string[];
  /** 62 = x86-64 (default), 183 = aarch64. */
  readonly machine?: number;
}

/** The smallest shared object that a loader's tools can read: a header, two segments, a dynamic section and its strings. */
export function makeElf({ soname, needed = [], machine = 62 }: ElfOptions): Buffer {
  const names = [...(soname ? [soname] : []), ...needed];
  const strings = Buffer.from(`\0${names.join('\0')}\0`, 'latin1');
  const [dynamicAt, entries] = [64 + 2 * 56, names.length + 2];
  const stringsAt = dynamicAt + entries * 16;
  const bytes = Buffer.concat([Buffer.alloc(stringsAt), strings]);
  const base = 0x1000;
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(bytes);
  bytes.writeUInt16LE(3, 16);
  bytes.writeUInt16LE(machine, 18);
  bytes.writeUInt32LE(1, 20);
  bytes.writeBigUInt64LE(64n, 32);
  [64, 56, 2].forEach((value, index) => {
    bytes.writeUInt16LE(value, 52 + 2 * index);
  });
  const segment = (at: number, type: number, [offset, size]: readonly [number, number]) => {
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(BigInt(offset), at + 8);
    bytes.writeBigUInt64LE(BigInt(base + offset), at + 16);
    bytes.writeBigUInt64LE(BigInt(size), at + 32);
  };
  segment(64, 1, [0, bytes.length]);
  segment(120, 2, [dynamicAt, entries * 16]);
  const tags = names.map((name, index) => [soname && index === 0 ? 14 : 1, strings.indexOf(`\0${name}\0`) + 1]);
  [[5, base + stringsAt], ...tags, [0, 0]].forEach(([tag, value], index) => {
    bytes.writeBigInt64LE(BigInt(tag ?? 0), dynamicAt + 16 * index);
    bytes.writeBigInt64LE(BigInt(value ?? 0), dynamicAt + 16 * index + 8);
  });
  return bytes;
}
