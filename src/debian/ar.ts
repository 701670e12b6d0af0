const magic = '!<arch>\n';

/** Splits a Unix archive (deb(5)) into its members by name, in order. Throws `RangeError` if the file is not a complete archive. */
export function readAr(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const text = (start: number, end: number) => Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  if (bytes.length < 8 || text(0, 8) !== magic) throw new RangeError('not an ar archive');
  const members = new Map<string, Uint8Array>();
  for (let at = 8; at < bytes.length; ) {
    if (at + 60 > bytes.length || text(at + 58, at + 60) !== '`\n') throw new RangeError('damaged ar header');
    const size = Number(text(at + 48, at + 58).trim());
    const end = at + 60 + size;
    if (!Number.isSafeInteger(size) || size < 0 || end > bytes.length) throw new RangeError('ar member is longer than the file');
    members.set(
      text(at, at + 16)
        .trim()
        .replace(/\/$/, ''),
      bytes.subarray(at + 60, end),
    );
    at = end + (size % 2);
  }
  return members;
}
