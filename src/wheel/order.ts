/** Order of paths in recipes and layers: by the bytes of their UTF-8 form, whatever the locale. */
export function comparePaths(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
