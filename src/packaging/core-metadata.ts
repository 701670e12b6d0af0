/** Headers of METADATA that say what a project requires (core metadata specification), as written. */
export interface DependencyHeaders {
  /** As written; empty if there is none. */
  readonly version: string;
  readonly requiresDist: readonly string[];
  readonly providesExtras: readonly string[];
}

/** Reads the headers; the description below the first empty line is not looked at. */
export function dependencyHeaders(text: string): DependencyHeaders {
  const [head = ''] = text.split(/\r?\n\r?\n/, 1);
  const lines = head.replaceAll(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const values = (key: string) =>
    lines.flatMap((line) => (line.toLowerCase().startsWith(`${key}:`) ? [line.slice(key.length + 1).trim()] : []));
  return { version: values('version')[0] ?? '', requiresDist: values('requires-dist'), providesExtras: values('provides-extra') };
}
