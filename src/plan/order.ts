/** Bytewise order of UTF-8 text, the order of tar entries and of everything that is hashed. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
