import { beforeAll, describe, expect, it } from 'vitest';
import { clearsign, signedAt, testKey } from '../../test/debianArchive.ts';
import { readInRelease } from './inrelease.ts';

let key: Awaited<ReturnType<typeof testKey>>;
const hash = 'a'.repeat(64);
const release = (fields: Readonly<Record<string, string>> = {}) =>
  Object.entries({
    Codename: 'trixie',
    Date: 'Sun, 01 Mar 2026 10:00:00 UTC',
    ...fields,
    SHA256: `\n ${hash} 12 main/binary-amd64/Packages.xz\n nonsense\n`,
  })
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('');
const options = () => ({ suite: 'trixie', keys: [key.publicKey], now: signedAt });
const signed = (fields?: Readonly<Record<string, string>>) => clearsign(release(fields), key.privateKey);

beforeAll(async () => {
  key = await testKey();
});

describe('readInRelease', () => {
  it('gives the signed files', async () => {
    const read = await readInRelease(await signed(), options());
    expect([...read.files]).toEqual([['main/binary-amd64/Packages.xz', { size: 12, sha256: hash }]]);
    expect(read).toMatchObject({ codename: 'trixie', date: Date.parse('2026-03-01T10:00:00Z'), validUntil: undefined });
  });

  it('needs one good signature among several keys', async () => {
    const other = await testKey();
    const read = await readInRelease(await signed(), { ...options(), keys: [other.publicKey, key.publicKey] });
    expect(read.codename).toBe('trixie');
  });

  it('ignores text outside the signature', async () => {
    const added = `SHA256:\n ${'b'.repeat(64)} 1 main/binary-amd64/Packages.xz\n`;
    const text = await signed();
    const outcome = await readInRelease(`${text}\n${added}`, options()).then(
      ({ files }) => [...files.values()].map(({ sha256 }) => sha256),
      (error: { code: string }) => error.code,
    );
    expect([[hash], 'DEB_SIGNATURE']).toContainEqual(outcome);
  });

  it.each([
    ['an altered byte', async () => (await signed()).replace(hash, `${'a'.repeat(63)}b`)],
    ['an unknown key', async () => clearsign(release(), (await testKey()).privateKey)],
    ['no signature', async () => release()],
    ['nothing', async () => ''],
  ])('refuses %s', async (_what, text) => {
    await expect(readInRelease(await text(), options())).rejects.toMatchObject({ code: 'DEB_SIGNATURE' });
  });

  it('refuses another suite, since all are signed by the same keys', async () => {
    const text = await signed({ Codename: 'bookworm' });
    await expect(readInRelease(text, options())).rejects.toMatchObject({ code: 'DEB_SIGNATURE', message: /bookworm/ });
  });

  it.each([
    ['past its validity', { 'Valid-Until': 'Sun, 01 Mar 2026 11:59:59 UTC' }],
    ['from the future', { Date: 'Tue, 03 Mar 2026 10:00:00 UTC' }],
    ['without a readable date', { Date: 'soon' }],
    ['without a readable validity', { 'Valid-Until': 'never' }],
  ])('refuses a file %s', async (_what, fields) => {
    await expect(readInRelease(await signed(fields), options())).rejects.toMatchObject({ code: 'DEB_EXPIRED' });
  });

  it('accepts a file within its validity and a small difference of clocks', async () => {
    const text = await signed({ Date: 'Mon, 02 Mar 2026 02:00:00 UTC', 'Valid-Until': 'Sun, 01 Mar 2026 12:00:01 UTC' });
    expect((await readInRelease(text, options())).validUntil).toBe(signedAt + 1000);
  });
});
