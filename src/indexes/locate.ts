import type { Locate } from '../download/index.ts';
import { ToolError } from '../errors/index.ts';
import type { IndexClient } from './client.ts';

/** How a lock without URLs names a file: `index:NAME/FILENAME`. */
export function indexUrl(name: string, filename: string): string {
  return `index:${name}/${encodeURIComponent(filename)}`;
}

/** Finds such a file on the first index that lists it with the same digest, or without any. Errors: DOWNLOAD_NOT_FOUND, those of the client. */
export function locateOn(client: () => Promise<IndexClient>): Locate {
  return async (url, digest) => {
    const [, name = '', encoded = ''] = /^index:([^/]+)\/(.+)$/.exec(url) ?? [];
    const filename = decodeURIComponent(encoded);
    for await (const { files } of (await client()).project(name)) {
      const found = files.find((file) => file.filename === filename && (file.sha256 === undefined || file.sha256 === digest));
      if (found !== undefined) return found.location;
    }
    throw new ToolError('DOWNLOAD_NOT_FOUND', `no index has ${filename} any more`, {
      hint: 'use an index that keeps old files, or take another version',
    });
  };
}
