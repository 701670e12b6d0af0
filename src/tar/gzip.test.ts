import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { epoch, gzipDeterministic, type LayerEntry, writeLayer } from './index.ts';

/** Compressible bytes that are the same everywhere. */
function sample(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = 1;
  for (let i = 0; i < size; i += 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[i] = (state >>> 28) + 97;
  }
  return bytes;
}

function* cut(bytes: Uint8Array, step: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += step) yield bytes.subarray(at, at + step);
}

const gzip = (bytes: Uint8Array, step: number) => Buffer.concat([...gzipDeterministic(cut(bytes, step))]);

it('gives the same bytes for every way the input is cut', () => {
  const bytes = sample(300_000);
  const whole = gzip(bytes, bytes.length);
  for (const step of [1, 1000, 65_535, 65_536, 65_537]) expect(gzip(bytes, step).equals(whole)).toBe(true);
  expect(gunzipSync(whole).equals(bytes)).toBe(true);
  expect([...whole.subarray(0, 10)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
});

it('gzips nothing, one push and exact multiples of a push', () => {
  for (const size of [0, 1, 65_535, 65_536, 131_072]) expect(gunzipSync(gzip(sample(size), 4096)).equals(sample(size))).toBe(true);
});

it('keeps the golden bytes of the recipe format', () => {
  expect(digestOf(gzip(sample(300_000), 4096))).toBe('sha256:10cdd075b3cef2a994aaa82758e8954de6c8758e434f6073511c36f1e04c862c');
  expect(digestOf(gzip(new Uint8Array(0), 1))).toBe('sha256:ac73670af3abed54ac6fb4695131f4099be9fbe39d6076c5d0264a6bbdae9d83');
});

it('writes a layer whose digests are those of its bytes', () => {
  const content = sample(100_000);
  const entry: LayerEntry = { type: 'file', path: 'a', mode: 0o644, uid: 0, gid: 0, mtime: epoch, size: 100_000, content: () => [content] };
  const chunks: Uint8Array[] = [];
  const layer = writeLayer([entry], { write: (chunk) => chunks.push(chunk.slice()) });
  const blob = Buffer.concat(chunks);
  expect(layer).toEqual({
    digest: digestOf(blob),
    diffId: digestOf(gunzipSync(blob)),
    size: blob.length,
    tarSize: gunzipSync(blob).length,
  });
  expect(layer.digest).toBe('sha256:268c98a71043cce1dc89c5056ea1182969496f329736f78122ab9ddbb2796c3c');
  expect(layer.diffId).toBe('sha256:aa442ed79e54b7e8668f20bf0865439725dc1de2df7505359d382e3a70e6c201');
});
