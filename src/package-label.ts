/** `name version`, or the name alone for a dynamic version. */
export function packageLabel(locked: { readonly name: string; readonly version?: string | undefined }): string {
  return locked.version === undefined ? locked.name : `${locked.name} ${locked.version}`;
}
