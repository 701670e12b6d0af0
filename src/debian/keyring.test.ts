import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { archiveKeys, pinnedKeys } from './keyring.ts';

/** Fingerprints of the subkeys that sign, as Debian publishes them; the stable release keys sign themselves. */
const signing = {
  debian: ['4cb50190207b4758a3f73a796ed0e7b82643e131', 'b8e5f13176d2a7a75220028078dba3bc47ef2265'],
  'debian-security': [
    'ed541312a33f1128f10b1c6c54404762bbb6e853',
    'b0cab9266e8c3929798b3eeebde6d2b9216ec7a8',
    '89c87acea5dd6b8e6a7068808e9f831205b4ba95',
  ],
};

describe('archiveKeys', () => {
  it.each(['debian', 'debian-security'] as const)(
    'has the pinned keys of %s, public ones only, with their signing subkeys',
    async (archive) => {
      const keys = await archiveKeys(archive);
      expect(keys.map((key) => key.getFingerprint())).toEqual(pinnedKeys[archive].map(({ fingerprint }) => fingerprint));
      expect(keys.every((key) => !key.isPrivate())).toBe(true);
      const subkeys = keys.flatMap((key) => key.getSubkeys().map((subkey) => subkey.getFingerprint()));
      expect(subkeys).toEqual(signing[archive]);
    },
  );

  it('uses every committed key, each for one archive', async () => {
    const files = Object.values(pinnedKeys).flatMap((keys) => keys.map(({ file }) => file));
    expect(files.sort()).toEqual((await readdir(new URL('../../keys/', import.meta.url))).sort());
  });
});
