import { createHash } from 'node:crypto';

declare const digestBrand: unique symbol;
declare const diffIdBrand: unique symbol;

/** Digest of stored bytes (a compressed layer, a config, a manifest, a wheel): `sha256:` + 64 lower-case hex digits. */
export type Digest = `sha256:${string}` & { readonly [digestBrand]: true };

/** Digest of a layer's *uncompressed* tar (image-spec, config.md: `rootfs.diff_ids`). Never interchangeable with `Digest`. */
export type DiffId = `sha256:${string}` & { readonly [diffIdBrand]: true };

const pattern = /^sha256:[0-9a-f]{64}$/;

/** Whether a text is a digest of the one algorithm that is used here. */
export function isDigest(text: string): text is Digest {
  return pattern.test(text);
}

/** Reads a digest; throws `TypeError` for any other algorithm or shape. */
export function asDigest(text: string): Digest {
  if (!isDigest(text)) throw new TypeError(`not a sha256 digest: ${JSON.stringify(text)}`);
  return text;
}

/** Reads a DiffID; throws `TypeError` for any other algorithm or shape. */
export function asDiffId(text: string): DiffId {
  if (!pattern.test(text)) throw new TypeError(`not a sha256 DiffID: ${JSON.stringify(text)}`);
  return text as DiffId;
}

/** The digest of some bytes or UTF-8 text held in memory. */
export function digestOf(bytes: Uint8Array | string): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

/** The 64 hex digits of a digest. */
export function hexOf(digest: Digest | DiffId): string {
  return digest.slice('sha256:'.length);
}
