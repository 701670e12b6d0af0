import { posix } from 'node:path';
import { interpreterFor } from '../bytecode/interpreters.ts';
import type { Layer } from '../image/index.ts';
import type { TarHeader } from '../tar/index.ts';
import { SourceHash } from './source-hash.ts';
import type { ImageFile, Observer, Walked } from './walk.ts';

/** Bytes at the beginning of a `.pyc` that say how it is checked: magic number, flags, source hash (PEP 552). */
export const pycHeaderSize = 16;

/** The first four bytes of a `.pyc` (`_RAW_MAGIC_NUMBER`): the number of a minor version `X.Y`, then `\r\n`. */
function magicOf(minor: string | undefined): number | undefined {
  const number = minor === undefined ? undefined : interpreterFor(minor)?.magic;
  return number === undefined ? undefined : 0x0a0d_0000 + number;
}

const pythonDirectory = /(?:^|\/)lib\/python(3\.\d+)\//;
const cached = /^(.*)\/__pycache__\/([^/]+)\.cpython-\d+(?:\.opt-[12])?\.pyc$/;

/** Flags of a `.pyc` with a source hash that is not compared (PEP 552). */
const unchecked = 1;

interface HashedSource {
  /** Digest of the layer that it lies in. */
  readonly layer: string;
  readonly magic: number;
  readonly hash: string;
}

/** Compares bytecode with its sources while an image is read. One per image. */
export class BytecodeCheck {
  /** What each source of our layers hashes to, by absolute path. */
  private readonly sources = new Map<string, HashedSource>();
  private minor: string | undefined;

  /** Hashes the sources in layers of ours. */
  readonly observe = ({ path }: TarHeader, layer: Layer): Observer | undefined => {
    if (layer.recipe === undefined) return undefined;
    this.minor = pythonDirectory.exec(path)?.[1] ?? this.minor;
    const magic = path.endsWith('.py') ? magicOf(this.minor) : undefined;
    if (magic === undefined) return undefined;
    const hash = new SourceHash(magic);
    const end = () => this.sources.set(`/${path}`, { layer: layer.digest, magic, hash: hash.digest() });
    return { see: (chunk) => hash.update(chunk), end };
  };

  /**
   * Faults of the `.pyc` files in `__pycache__` among `files`: no source, or bytecode that is used unchecked (PEP 552) and is of another source.
   * A checked one that is stale is compiled anew at the start, which is what it is for.
   */
  faults(walked: Walked, files: readonly ImageFile[]): string[] {
    return files.flatMap(({ path }) => {
      const source = sourceOf(path);
      const fault = source === undefined ? undefined : this.fault(path, source, walked);
      return fault === undefined ? [] : [`${path} is ${fault}`];
    });
  }

  private fault(path: string, source: string, { files, contents }: Walked): string | undefined {
    const found = files.get(source);
    if (found === undefined) return `bytecode of ${posix.basename(source)}, which is not there`;
    const header = contents.get(path);
    if (header === undefined) return undefined;
    if (header.length < pycHeaderSize || header.readUInt16LE(2) !== 0x0a0d) return 'no bytecode';
    return this.isOfAnother(header, this.sources.get(source), found) ? `bytecode of another ${posix.basename(source)}` : undefined;
  }

  private isOfAnother(header: Buffer, source: HashedSource | undefined, { layer }: ImageFile): boolean {
    if (source?.layer !== layer || header.readUInt32LE(0) !== source.magic) return false;
    return header.readUInt32LE(4) === unchecked && header.toString('hex', 8, pycHeaderSize) !== source.hash;
  }
}

/** `/a/__pycache__/b.cpython-313.pyc` is made from `/a/b.py` (PEP 3147). */
function sourceOf(path: string): string | undefined {
  const [, directory, name] = cached.exec(path) ?? [];
  return name === undefined ? undefined : `${directory}/${name}.py`;
}
