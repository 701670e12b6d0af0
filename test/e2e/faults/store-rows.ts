import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { blobFile, type Lab } from './lab.ts';
import type { Row } from './row.ts';

const otherStore = (lab: Lab): string => join(lab.directory, 'other');
const elsewhere = { env: (lab: Lab) => ({ WHERRY_CACHE_DIR: otherStore(lab) }), early: true } as const;

/** The store and other places that are written to. */
export const storeRows: readonly Row[] = [
  {
    ...elsewhere,
    name: 'a file where the store should be',
    code: 'STORE_UNUSABLE',
    status: 2,
    hint: /WHERRY_CACHE_DIR/,
    shows: /other/,
    arrange: (lab) => writeFileSync(otherStore(lab), ''),
  },
  {
    name: 'a place where nobody can write',
    code: 'STORE_UNUSABLE',
    status: 2,
    hint: /WHERRY_CACHE_DIR/,
    shows: /\/proc/,
    early: true,
    env: () => ({ WHERRY_CACHE_DIR: '/proc/wherry' }),
  },
  {
    ...elsewhere,
    name: 'a store that everyone can write to',
    code: 'STORE_UNSAFE',
    status: 2,
    hint: /chmod 700/,
    shows: /others can write/,
    arrange: (lab) => {
      mkdirSync(otherStore(lab));
      chmodSync(otherStore(lab), 0o777);
    },
  },
  {
    name: 'a directory that cannot be made',
    code: 'STORE_UNUSABLE',
    status: 2,
    hint: /WHERRY_CACHE_DIR/,
    shows: /\/dev\/null/,
    early: true,
    env: () => ({ WHERRY_CACHE_DIR: '/dev/null/store' }),
  },
  {
    name: 'an image layout below a file',
    code: 'SINK_WRITE',
    status: 2,
    hint: /./,
    shows: /pyproject\.toml/,
    args: (lab) => ['build', lab.project, '--oci', join(lab.project, 'pyproject.toml', 'out')],
  },
];

/** Changes one package of the base in the store and forgets the layer that was made from it. */
export function alterDeb(lab: Lab): string {
  const [, hex = ''] = /name = "base-files".* sha256 = "sha256:([0-9a-f]+)"/.exec(lab.wherryLock) ?? [];
  const file = blobFile(lab.store, hex);
  const bytes = readFileSync(file);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 0xff;
  // A new file: the old one is shared with the stores of other tests.
  rmSync(file);
  writeFileSync(file, bytes, { mode: 0o600 });
  rmSync(join(lab.store, 'layers-v1'), { recursive: true });
  return hex;
}
