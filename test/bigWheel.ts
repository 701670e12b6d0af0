import { createHash, randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';

/** Files of one size, in bytes. */
export interface WheelPart {
  readonly files: number;
  readonly size: number;
}

interface Written {
  readonly name: string;
  readonly crc: number;
  readonly size: number;
  readonly compressed: number;
  readonly offset: number;
}

/** What all files are made of: one eighth of it can't be compressed. */
const block = Buffer.concat([randomBytes(8192), Buffer.alloc(57_344, 'data ')]);

/** Writes `NAME-1.0-py3-none-any.whl` with files of any size in little memory, and returns its path. */
export async function bigWheel(directory: string, name: string, parts: readonly WheelPart[]): Promise<string> {
  const path = join(directory, `${name}-1.0-py3-none-any.whl`);
  const file = await open(path, 'wx');
  try {
    const zip = new ZipWriter(file);
    const rows: string[] = [];
    for (const [part, { files, size }] of parts.entries()) {
      for (let i = 0; i < files; i++) rows.push(await zip.file(`${name}/part${part}/${i}.dat`, () => contentOf(size)));
    }
    const info = `${name}-1.0.dist-info`;
    rows.push(await zip.file(`${info}/METADATA`, text(`Metadata-Version: 2.1\nName: ${name}\nVersion: 1.0\n`)));
    rows.push(await zip.file(`${info}/WHEEL`, text('Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n')));
    await zip.file(`${info}/RECORD`, text(`${rows.join('\n')}\n${info}/RECORD,,\n`));
    await zip.end();
  } finally {
    await file.close();
  }
  return path;
}

const text = (content: string) => () => [Buffer.from(content)];

function* contentOf(size: number): Generator<Buffer> {
  for (let left = size; left > 0; left -= block.length) yield block.subarray(0, Math.min(left, block.length));
}

/** Entries are deflated; sizes stay below 4 GiB, so that no ZIP64 is needed (APPNOTE 4.3). */
class ZipWriter {
  readonly #file: FileHandle;
  readonly #entries: Written[] = [];
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Returns the file's row of RECORD. */
  async file(name: string, content: () => Iterable<Buffer>): Promise<string> {
    const hash = createHash('sha256');
    const offset = this.#at;
    let [crc, size, compressed] = [0, 0, 0];
    for (const chunk of content()) {
      hash.update(chunk);
      crc = crc32(chunk, crc);
      size += chunk.length;
    }
    this.#at += localSize + name.length;
    await pipeline(content, createDeflateRaw({ level: 1 }), async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) {
        await this.#append(chunk);
        compressed += chunk.length;
      }
    });
    const entry = { name, crc, size, compressed, offset };
    this.#entries.push(entry);
    await this.#file.write(localHeader(entry), 0, undefined, offset);
    return `${name},sha256=${hash.digest('base64url')},${size}`;
  }

  async end(): Promise<void> {
    const start = this.#at;
    for (const entry of this.#entries) await this.#append(centralHeader(entry));
    const size = this.#at - start;
    const count = this.#entries.length;
    await this.#append(numbers([4, 0x06054b50], [4, 0], [2, count], [2, count], [4, size], [4, start], [2, 0]));
  }

  async #append(bytes: Uint8Array): Promise<void> {
    await this.#file.write(bytes, 0, bytes.length, this.#at);
    this.#at += bytes.length;
  }
}

const localSize = 30;
const deflated = 8;

/** What both headers say: version, flags, method, time and date of 1980-01-01, checksum, sizes, length of the name and of nothing more. */
function common({ name, crc, size, compressed }: Written): Buffer {
  return numbers([2, 20], [2, 0], [2, deflated], [4, 0x00210000], [4, crc], [4, compressed], [4, size], [2, name.length], [2, 0]);
}

function localHeader(entry: Written): Buffer {
  return Buffer.concat([numbers([4, 0x04034b50]), common(entry), Buffer.from(entry.name)]);
}

function centralHeader(entry: Written): Buffer {
  const mode = (0o100644 << 16) >>> 0;
  const rest = numbers([2, 0], [2, 0], [2, 0], [4, mode], [4, entry.offset]);
  return Buffer.concat([numbers([4, 0x02014b50], [2, 0x0314]), common(entry), rest, Buffer.from(entry.name)]);
}

/** Little-endian numbers of so many bytes each. */
function numbers(...fields: readonly (readonly [size: number, value: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([size, value]) => {
      const bytes = Buffer.alloc(size);
      bytes.writeUIntLE(value, 0, size);
      return bytes;
    }),
  );
}
