import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsFor } from './index.ts';
import { parseUvStore } from './uv-store.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-uv-store-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` });

const store = `
[[credential]]
service = "https://index.example/simple"
username = "me"
scheme = "basic"
password = "pw"

[[credential]]
service = "https://index.example/simple/deeper"
username = "you"
password = "other"

[[credential]]
service = "https://token.example"
scheme = "bearer"
token = "abc"

[[credential]]
service = "not a url"
username = "x"
`;

describe("uv's own store", () => {
  it('answers for its services and what lies below them', async () => {
    await writeFile(join(directory, 'credentials.toml'), store);
    const env = { UV_CREDENTIALS_DIR: directory, NETRC: '/nowhere' };
    const at = (url: string, indexes: { url: string }[] = []) => credentialsFor(url, { env, indexes });
    expect(await at('https://index.example/simple/demo/')).toEqual(basic('me:pw'));
    expect(await at('https://index.example/simple/deeper/x')).toEqual(basic('you:other'));
    expect(await at('https://token.example/files/a.whl')).toEqual({ authorization: 'Bearer abc' });
    for (const url of [
      'https://index.example/simple-other/',
      'https://index.example/',
      'https://index.example:8443/simple/',
      'http://token.example/',
    ]) {
      expect(await at(url)).toEqual({});
    }
    const named = [{ url: 'https://you@index.example/simple' }];
    expect(await at('https://index.example/simple/deeper/x', named)).toEqual(basic('you:other'));
    expect(await at('https://index.example/simple/x', named)).toEqual(basic('you:'));
  });

  it('is passed over where it cannot be read', () => {
    expect(parseUvStore('[[credential]')).toEqual([]);
    expect(parseUvStore('credential = 7')).toEqual([]);
    expect(parseUvStore(store)).toHaveLength(3);
  });
});

describe('the program keyring', () => {
  it('is asked once per index, by URL and then by host, for a user that is known', async () => {
    const log = join(directory, 'log');
    const program = `#!/bin/sh\necho "$@" >> ${log}\n[ "$2" = "index.example:8443" ] && [ "$3" = me ] && echo 'p w'\n`;
    await writeFile(join(directory, 'keyring'), program);
    await chmod(join(directory, 'keyring'), 0o755);
    const env = { PATH: `${directory}:${process.env.PATH}`, NETRC: '/nowhere', UV_CREDENTIALS_DIR: directory };
    const { indexCredentials } = await import('./index.ts');
    const indexes = [{ url: 'https://me@index.example:8443/simple' }, { url: 'https://unnamed.example/simple' }];
    const authorize = indexCredentials({ env, indexes, keyring: true });
    expect(await authorize('https://index.example:8443/files/a')).toEqual(basic('me:p w'));
    expect(await authorize('https://index.example:8443/files/b')).toEqual(basic('me:p w'));
    expect(await authorize('https://unnamed.example/simple/a/')).toEqual({});
    expect(await authorize('https://elsewhere.example/a')).toEqual({});
    const { readFile } = await import('node:fs/promises');
    expect(await readFile(log, 'utf8')).toBe('get https://index.example:8443/simple me\nget index.example:8443 me\n');
    const without = indexCredentials({ env, indexes });
    expect(await without('https://index.example:8443/files/a')).toEqual(basic('me:'));
  });
});
