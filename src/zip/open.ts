import { basename } from 'node:path';
import { readCentralDirectory } from './central.ts';
import { findCentralDirectory } from './end-record.ts';
import { checkLocalHeaders } from './local.ts';
import { deflatedEntry, readEntry } from './read.ts';
import { unsafe } from './rules.ts';
import { type FileReference, withFile } from './source.ts';
import { defaultZipLimits, type Zip, type ZipEntry, type ZipLimits } from './types.ts';

export interface OpenZipOptions {
  /** Name for messages; default: the file's base name. */
  readonly label?: string;
  readonly limits?: Partial<ZipLimits>;
}

/**
 * Opens an archive whose bytes were already checked against a digest: reads the central directory, compares every local header
 * with it and applies the refuse list (`zipRules`). A path is opened only while something is read; a descriptor stays the caller's.
 * Throws ARCHIVE_UNSAFE. Synchronous: meant for a worker thread.
 */
export function openZip(file: FileReference, options: OpenZipOptions = {}): Zip {
  const label = options.label ?? (typeof file === 'string' ? basename(file) : 'archive');
  const limits = { ...defaultZipLimits, ...options.limits };
  const entries = withFile(file, (source) => {
    const location = findCentralDirectory(source, label);
    const central = readCentralDirectory(source, location, { archive: label, limits });
    return checkLocalHeaders(source, central, { archive: label, centralOffset: location.offset });
  });
  const read = (entry: ZipEntry) => readEntry(file, entry, label);
  return {
    label,
    entries,
    read,
    deflated: (entry) => deflatedEntry(file, entry, label),
    readAll: (entry, maxBytes = 16 * 1024 * 1024) => readAll(read, entry, { maxBytes, label }),
  };
}

function readAll(read: Zip['read'], entry: ZipEntry, options: { maxBytes: number; label: string }): Uint8Array {
  if (entry.size > options.maxBytes) throw unsafe(options.label, 'too-large', entry.path);
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  for (const chunk of read(entry)) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
