import { createHash, type Hash } from 'node:crypto';
import { asDiffId, asDigest, type DiffId, type Digest } from '../digest.ts';
import { gzipDeterministic } from './gzip.ts';
import type { LayerEntry } from './types.ts';
import { tarBytes } from './write.ts';

/** Digest, DiffID and sizes (bytes of the gzip and of the tar) of a layer just written. */
export interface WrittenLayer {
  readonly digest: Digest;
  readonly diffId: DiffId;
  readonly size: number;
  readonly tarSize: number;
}

/** Writes a gzipped layer to `sink` in one pass; memory does not grow with the layer. */
export function writeLayer(entries: Iterable<LayerEntry>, sink: { write(chunk: Uint8Array): void }): WrittenLayer {
  const tar = meter();
  const blob = meter();
  for (const chunk of gzipDeterministic(tar.pass(tarBytes(entries)))) {
    blob.add(chunk);
    sink.write(chunk);
  }
  return { digest: asDigest(blob.name()), diffId: asDiffId(tar.name()), size: blob.size(), tarSize: tar.size() };
}

interface Meter {
  add(chunk: Uint8Array): void;
  pass(chunks: Iterable<Uint8Array>): Iterable<Uint8Array>;
  name(): string;
  size(): number;
}

function meter(): Meter {
  const hash: Hash = createHash('sha256');
  let size = 0;
  const add = (chunk: Uint8Array) => {
    hash.update(chunk);
    size += chunk.length;
  };
  return {
    add,
    *pass(chunks) {
      for (const chunk of chunks) {
        add(chunk);
        yield chunk;
      }
    },
    name: () => `sha256:${hash.digest('hex')}`,
    size: () => size,
  };
}
