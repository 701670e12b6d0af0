import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { deflatedOf } from '../../test/deflated.ts';
import type { Deflated } from '../deflated.ts';
import { digestOf } from '../digest.ts';
import { epoch, type LayerEntry, leastSplice, tarBytes, type WrittenLayer, writeLayer } from './index.ts';

/** Bytes of 16 values, the same everywhere. */
function sample(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = (state >>> 28) + 97;
  }
  return bytes;
}

const base = { mode: 0o644, uid: 0, gid: 0, mtime: epoch } as const;

function file(path: string, bytes: Uint8Array, deflated?: Deflated): LayerEntry {
  const plain = { ...base, type: 'file', path, size: bytes.length, content: () => [bytes] } as const;
  return deflated === undefined ? plain : { ...plain, deflated };
}

const unread = (): never => {
  throw new Error('must not be read');
};

/** A file that comes deflated, in a stream that is large enough to be spliced, or just too small. */
function deflatedFile(path: string, isLarge: boolean): LayerEntry {
  const tail = Buffer.alloc(leastSplice - 5 - (isLarge ? 0 : 1), path);
  const deflated = deflatedOf(new Uint8Array(0), { tail, form: 'stored', step: 1000 });
  expect(deflated.size).toBe(isLarge ? leastSplice : leastSplice - 1);
  const entry = { ...base, type: 'file', path, size: tail.length } as const;
  if (isLarge) return { ...entry, content: unread, deflated };
  return { ...entry, content: () => [tail.subarray(0, 9), tail.subarray(9)], deflated: { ...deflated, pieces: unread } };
}

function write(entries: readonly LayerEntry[]): { readonly layer: WrittenLayer; readonly blob: Buffer } {
  const chunks: Uint8Array[] = [];
  const layer = writeLayer(entries, { write: (chunk) => chunks.push(Uint8Array.from(chunk)) });
  return { layer, blob: Buffer.concat(chunks) };
}

describe('writeLayer', () => {
  it('gives the digests and sizes of the bytes that it writes, which are golden', () => {
    const { layer, blob } = write([file('a', sample(100_000))]);
    const tar = gunzipSync(blob);
    expect(layer).toEqual({
      digest: digestOf(blob),
      diffId: digestOf(tar),
      size: blob.length,
      tarSize: tar.length,
      parts: { spliced: { files: 0, bytes: 0 }, compressed: { files: 1, bytes: 100_000 } },
    });
    expect(layer.digest).toBe('sha256:c84ce44250245a3bc6cee29a70b91ae3444e6a48520a7b1d59fae57dcfc12cb1');
    expect(layer.diffId).toBe('sha256:aa442ed79e54b7e8668f20bf0865439725dc1de2df7505359d382e3a70e6c201');
  });

  it('splices files by the size of their stream, and the tar is the same', () => {
    const bytes = sample(100_000);
    const entries: readonly LayerEntry[] = [
      { ...base, type: 'directory', path: 'd', mode: 0o755 },
      deflatedFile('d/a', true),
      deflatedFile('d/b', true),
      deflatedFile('d/c', false),
      file('d/d', sample(40_000)),
      file('d/e', bytes, deflatedOf(bytes, { tail: new Uint8Array(0) })),
      { ...base, type: 'symlink', path: 'd/f', target: 'e' },
      deflatedFile('d/g', true),
    ];
    const plain = entries.map((entry) => (entry.type === 'file' && entry.content === unread ? spelledOut(entry) : entry));
    const tar = Buffer.concat([...tarBytes(plain)]);
    const { layer, blob } = write(entries);
    expect(gunzipSync(blob).equals(tar)).toBe(true);
    expect(layer.diffId).toBe(digestOf(tar));
    expect(layer.digest).toBe(digestOf(blob));
    expect(layer.parts).toEqual({
      spliced: { files: 4, bytes: 3 * (leastSplice - 5) + 100_000 },
      compressed: { files: 2, bytes: leastSplice - 6 + 40_000 },
    });
    expect(write(plain).layer.diffId).toBe(layer.diffId);
  });

  it('refuses a spliced file of another size than its header says', () => {
    const entry = deflatedFile('a', true);
    expect(() => write([{ ...entry, size: 3 } as LayerEntry])).toThrow('a does not have the 3 bytes');
  });

  it('fails as the file does, and writes the next layer as if nothing had been', () => {
    const broken = { ...deflatedFile('a', true), deflated: { size: leastSplice, crc32: 0, pieces: unread } } as LayerEntry;
    const { digest } = write([file('a', sample(100_000))]).layer;
    expect(() => write([file('0', sample(100_000)), broken])).toThrow('must not be read');
    expect(write([file('a', sample(100_000))]).layer.digest).toBe(digest);
  });
});

/** The same file with the bytes of its stream as content. */
function spelledOut(entry: LayerEntry & { readonly type: 'file' }): LayerEntry {
  const chunks: Uint8Array[] = [];
  for (const { kind, bytes } of entry.deflated?.pieces() ?? []) if (kind === 'plain') chunks.push(Uint8Array.from(bytes));
  return file(entry.path, Buffer.concat(chunks));
}
