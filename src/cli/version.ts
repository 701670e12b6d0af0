import { readFileSync } from 'node:fs';

/** Version of this package; both `src/cli` and the bundle's `dist/cli` lie two folders below package.json. */
export const version: string =
  /"version": "([^"]+)"/.exec(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))?.[1] ?? 'unknown';
