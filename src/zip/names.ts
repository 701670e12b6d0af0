import { unsafe, type ZipRule } from './rules.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const maxSegmentBytes = 255;

/** Decodes an entry name and applies the name rules. Returns the path without a trailing slash, and whether there was one. */
export function readName(bytes: Buffer, markedUtf8: boolean, archive: string): { path: string; directory: boolean } {
  const name = decode(bytes, markedUtf8, archive);
  const rule = brokenNameRule(name);
  if (rule !== undefined) throw unsafe(archive, rule, name);
  const directory = name.endsWith('/');
  return { path: directory ? name.slice(0, -1) : name, directory };
}

function decode(bytes: Buffer, markedUtf8: boolean, archive: string): string {
  if (!markedUtf8 && bytes.some((byte) => byte > 0x7f)) throw unsafe(archive, 'name-encoding', bytes.toString('latin1'));
  try {
    return utf8.decode(bytes);
  } catch {
    throw unsafe(archive, 'name-not-utf8', bytes.toString('latin1'));
  }
}

/** The first rule that a decoded name breaks, by segments, or undefined. */
export function brokenNameRule(name: string): ZipRule | undefined {
  if (name === '' || name === '/') return name === '' ? 'name-empty' : 'name-absolute';
  if (/\p{C}/u.test(name)) return 'name-control-character';
  if (name.includes('\\')) return 'name-backslash';
  if (name.startsWith('/')) return 'name-absolute';
  if (/^[A-Za-z]:/.test(name)) return 'name-drive';
  const segments = (name.endsWith('/') ? name.slice(0, -1) : name).split('/');
  if (segments.includes('..')) return 'name-parent';
  if (segments.includes('') || segments.includes('.')) return 'name-not-normal';
  if (segments.some((segment) => Buffer.byteLength(segment) > maxSegmentBytes)) return 'name-too-long';
  return undefined;
}
