import { parseStanza, type Stanza } from './deb822.ts';
import { compareVersions } from './version.ts';

const separator = Buffer.from('\n\n');
const packageField = Buffer.from('Package: ');

/** The paragraph's text if its first field names a wanted package. */
function wantedStanza(bytes: Buffer, wanted: ReadonlySet<string>): Stanza | undefined {
  if (!bytes.subarray(0, packageField.length).equals(packageField)) return undefined;
  const end = bytes.indexOf(0x0a);
  const name = bytes.toString('latin1', packageField.length, end < 0 ? bytes.length : end);
  return wanted.has(name) ? parseStanza(bytes.toString('utf8')) : undefined;
}

/**
 * Scans a Packages index, chunk by chunk, for some packages only (an index of a main suite has 57 MB in 69,000 paragraphs).
 * A name that occurs twice gives two paragraphs.
 */
export async function scanIndex(chunks: AsyncIterable<Uint8Array>, wanted: ReadonlySet<string>): Promise<readonly Stanza[]> {
  const found: Stanza[] = [];
  const take = (paragraph: Buffer) => {
    const stanza = wantedStanza(paragraph, wanted);
    if (stanza) found.push(stanza);
  };
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const text = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    let start = 0;
    for (let end = text.indexOf(separator); end >= 0; end = text.indexOf(separator, start)) {
      take(text.subarray(start, end));
      start = end + separator.length;
    }
    rest = Buffer.from(text.subarray(start));
  }
  take(rest);
  return found;
}

/** The highest version of each package by name; of equal versions the first. */
export function newest<T extends { readonly stanza: Stanza }>(candidates: readonly T[]): ReadonlyMap<string, T> {
  const best = new Map<string, T>();
  for (const candidate of candidates) {
    const name = candidate.stanza.get('package') ?? '';
    const other = best.get(name)?.stanza.get('version');
    if (other === undefined || compareVersions(candidate.stanza.get('version') ?? '', other) > 0) best.set(name, candidate);
  }
  return best;
}
