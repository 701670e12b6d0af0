import { createHash, type Hash } from 'node:crypto';
import type { Deflated } from '../deflated.ts';
import { asDiffId, asDigest, type DiffId, type Digest } from '../digest.ts';
import { GzipWriter } from '../gzip/index.ts';
import type { LayerEntry } from './types.ts';
import { contentOf, type FileEntry, tarParts, wrongSize } from './write.ts';

/**
 * A file that comes deflated is spliced if its stream has at least so many bytes; smaller ones are compressed together with what surrounds
 * them. Part of the recipe format (docs/decisions/0005).
 */
export const leastSplice = 16_384;

/** Digest, DiffID and sizes (bytes of the gzip and of the tar) of a layer just written. */
export interface WrittenLayer {
  readonly digest: Digest;
  readonly diffId: DiffId;
  readonly size: number;
  readonly tarSize: number;
  readonly parts: LayerParts;
}

/** What became of the files of a layer; bytes are those of their content. */
export interface LayerParts {
  /** Taken over as the deflate streams that they came in. */
  readonly spliced: FileTotal;
  readonly compressed: FileTotal;
}

export interface FileTotal {
  readonly files: number;
  readonly bytes: number;
}

/** Writes a gzipped layer to `sink` in one pass; memory does not grow with the layer. Chunks are valid until `write` returns. */
export function writeLayer(entries: Iterable<LayerEntry>, sink: { write(chunk: Uint8Array): void }): WrittenLayer {
  const tar = new Meter();
  const blob = new Meter();
  const parts = { spliced: new FileCounter(), compressed: new FileCounter() };
  const gzip = new GzipWriter((chunk) => {
    blob.add(chunk);
    sink.write(chunk);
  });
  const plain = (bytes: Uint8Array) => {
    tar.add(bytes);
    gzip.plain(bytes);
  };
  for (const part of tarParts(entries)) {
    if (part instanceof Uint8Array) plain(part);
    else if (isSpliced(part)) {
      parts.spliced.add(part.size);
      splice(gzip, part, tar);
    } else {
      parts.compressed.add(part.size);
      for (const chunk of contentOf(part)) plain(chunk);
    }
  }
  gzip.end();
  return {
    digest: asDigest(blob.name()),
    diffId: asDiffId(tar.name()),
    size: blob.size,
    tarSize: tar.size,
    parts: { spliced: { ...parts.spliced }, compressed: { ...parts.compressed } },
  };
}

type SplicedEntry = FileEntry & { readonly deflated: Deflated };

function isSpliced(entry: FileEntry): entry is SplicedEntry {
  return entry.deflated !== undefined && entry.deflated.size >= leastSplice;
}

function splice(gzip: GzipWriter, entry: SplicedEntry, tar: Meter): void {
  const before = tar.size;
  gzip.splice(entry.deflated, (bytes) => tar.add(bytes));
  if (tar.size - before !== entry.size) throw wrongSize(entry);
}

class FileCounter implements FileTotal {
  files = 0;
  bytes = 0;

  add(size: number): void {
    this.files += 1;
    this.bytes += size;
  }
}

class Meter {
  size = 0;
  private readonly hash: Hash = createHash('sha256');

  add(chunk: Uint8Array): void {
    this.hash.update(chunk);
    this.size += chunk.length;
  }

  name(): string {
    return `sha256:${this.hash.digest('hex')}`;
  }
}
