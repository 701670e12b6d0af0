import type { PayloadItem } from '../deb.ts';

const lineFeed = 0x0a;

/**
 * /etc/ssl/certs/ca-certificates.crt: all shipped certificates sorted bytewise by path, each ending in a line feed. Equal to what
 * update-ca-certificates makes of an unchanged configuration.
 */
export function certificateBundle(items: readonly PayloadItem[]): Uint8Array {
  const parts = items
    .filter(({ path, type }) => type === 'file' && /^usr\/share\/ca-certificates\/.+\.crt$/.test(path))
    .sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
    .map(({ content }) => content.bytes())
    .flatMap((bytes) => (bytes.at(-1) === lineFeed ? [bytes] : [bytes, Uint8Array.of(lineFeed)]));
  return Buffer.concat(parts);
}
