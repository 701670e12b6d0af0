import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, crc32, deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import type { Deflated } from '../../src/deflated.ts';
import { combineCrc32 } from '../../src/gzip/index.ts';
import { epoch, type LayerEntry, tarBytes, writeLayer } from '../../src/tar/index.ts';
import { note } from './note.ts';

const part = Buffer.alloc(1024 * 1024, 'The quick brown fox jumps over the lazy dog. ');
/** A little more than 32 bits can count. */
const parts = 4100;
const size = parts * part.length;

function* content(): Generator<Uint8Array> {
  for (let i = 0; i < parts; i += 1) yield part;
}

/** The same content as a deflate stream: parts that end with a whole byte, and an empty last block of ten bits. */
function deflated(): Deflated {
  const raw = deflateRawSync(part, { finishFlush: constants.Z_FULL_FLUSH });
  let checksum = 0;
  for (let i = 0; i < parts; i += 1) checksum = combineCrc32(checksum, crc32(part), part.length);
  const lastBlock = parts * raw.length * 8;
  return {
    size: parts * raw.length + 2,
    crc32: checksum,
    *pieces() {
      for (let i = 0; i < parts; i += 1) {
        yield { kind: 'plain', bytes: part };
        yield { kind: 'raw', bytes: raw };
      }
      yield { kind: 'raw', bytes: Uint8Array.of(2, 0) };
      return { lastBlock, end: lastBlock + 10 };
    },
  };
}

it('writes a layer with files of more than 4 GiB, compressed and spliced', { timeout: 1_200_000 }, () => {
  const base = { type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: epoch } as const;
  const entries: readonly LayerEntry[] = [
    { ...base, path: 'compressed', size, content },
    { ...base, path: 'end', size: part.length, content: () => [part] },
    { ...base, path: 'spliced', size, content, deflated: deflated() },
    { ...base, path: 'very-end', size: part.length, content: () => [part] },
  ];
  const directory = mkdtempSync(join(tmpdir(), 'wherry-large-'));
  try {
    const file = openSync(join(directory, 'layer.gz'), 'w');
    const layer = writeLayer(entries, { write: (chunk) => writeSync(file, chunk) });
    closeSync(file);
    const tar = createHash('sha256');
    for (const bytes of tarBytes(entries)) tar.update(bytes);
    const digest = tar.digest('hex');
    expect(layer.diffId).toBe(`sha256:${digest}`);
    expect(layer.parts.spliced).toEqual({ files: 1, bytes: size });
    const program = join(import.meta.dirname, '../oracle/gunzip.go');
    const env = { ...process.env, GO111MODULE: 'off', GOTOOLCHAIN: 'local', GOFLAGS: '' };
    const seen = execFileSync('go', ['run', program, join(directory, 'layer.gz')], { env }).toString();
    expect(seen).toBe(`${digest} ${layer.tarSize}\n`);
    const peak = Math.round(process.resourceUsage().maxRSS / 1024);
    expect(peak).toBeLessThan(400);
    note(`- A layer of ${layer.tarSize} bytes, half of it spliced: ${layer.size} bytes of gzip, read by Go, in ${peak} MiB of memory.`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
