import { openZip } from '../zip/index.ts';
import { below, site } from './layout.ts';

/** A file for the interpreter's file system. */
export interface SiteFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Bytes of one file of a wheel. */
const maxFile = 256 * 1024 * 1024;
/** Parts of a wheel that an interpreter imports from; commands, headers and data are of no use to a backend. */
const libraries = /^[^/]+\.data\/(?:purelib|platlib)\/(.+)$/;
const data = /^[^/]+\.data\//;
/** Native code can't be loaded, and bytecode is of another interpreter. */
const useless = /\.(?:so|pyd|dll|dylib|pyc)$/;

/** What the wheels put in the path of modules, one file after another. Errors: ARCHIVE_UNSAFE. */
export function* siteFiles(wheels: readonly string[]): Generator<SiteFile> {
  for (const wheel of wheels) {
    const zip = openZip(wheel);
    for (const entry of zip.entries) {
      if (entry.type !== 'file' || useless.test(entry.path)) continue;
      const path = libraries.exec(entry.path)?.[1] ?? (data.test(entry.path) ? undefined : entry.path);
      if (path !== undefined) yield { path: below(site, path), bytes: zip.readAll(entry, maxFile) };
    }
  }
}
