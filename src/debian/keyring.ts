import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Key } from 'openpgp';
import { ToolError } from '../errors/index.ts';

export type Archive = 'debian' | 'debian-security';

/** A committed public key: file name below keys/, and the fingerprint of its primary key, which is what is trusted. */
export interface PinnedKey {
  readonly file: string;
  readonly fingerprint: string;
}

/** Debian's archive signing keys, from the package debian-archive-keyring; a key is trusted for its own archive only. */
export const pinnedKeys: Readonly<Record<Archive, readonly PinnedKey[]>> = {
  debian: [
    { file: 'debian-archive-12.asc', fingerprint: 'b8b80b5b623eab6ad8775c45b7c5d7d6350947f8' },
    { file: 'debian-archive-13.asc', fingerprint: '04b54c3cdca79751b16bc6b5225629df75b188bd' },
    { file: 'debian-stable-12.asc', fingerprint: '4d64fec119c2029067d6e791f8d2585b8783d481' },
    { file: 'debian-stable-13.asc', fingerprint: '41587f7db8c774bccf131416762f67a0b2c39de4' },
  ],
  'debian-security': [
    { file: 'debian-security-11.asc', fingerprint: 'ac530d520f2f3269f5e98313a48449044aad5c5d' },
    { file: 'debian-security-12.asc', fingerprint: '05ab90340c0c5e797f44a8c8254cf3b5aec0a8f0' },
    { file: 'debian-security-13.asc', fingerprint: '5e04a1e3223a19a20706e20f9904613d4cce68c6' },
  ],
};

/** The directory keys/, beside package.json both in a checkout and in the installed package. */
function keysDirectory(): URL {
  for (const relative of ['../../keys/', '../keys/', './keys/']) {
    const directory = new URL(relative, import.meta.url);
    if (existsSync(new URL(pinnedKeys.debian[0]?.file ?? '', directory))) return directory;
  }
  throw new ToolError('DEB_SIGNATURE', 'the directory of Debian public keys is missing from this installation', {
    hint: 'install Wherry again',
  });
}

async function readPinned({ file, fingerprint }: PinnedKey): Promise<Key> {
  const { readKey } = await import('openpgp');
  const key = await readKey({ armoredKey: await readFile(new URL(file, keysDirectory()), 'utf8') });
  if (key.getFingerprint() !== fingerprint) {
    throw new ToolError('DEB_SIGNATURE', `keys/${file} is not the key with the fingerprint ${fingerprint}`, {
      hint: 'install Wherry again',
    });
  }
  return key;
}

/** The trusted keys of an archive. Throws `DEB_SIGNATURE` if a key file does not have its pinned fingerprint. */
export function archiveKeys(archive: Archive): Promise<readonly Key[]> {
  return Promise.all(pinnedKeys[archive].map(readPinned));
}
