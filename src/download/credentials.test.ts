import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { credentialsFor, packageIndexes, parseNetrc } from './index.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'wherry-netrc-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const basic = (login: string) => ({ authorization: `Basic ${Buffer.from(login).toString('base64')}` });

describe('parseNetrc', () => {
  it('reads machine entries in any layout and never the default', () => {
    const text = [
      '# comment machine no.example login x password y',
      'machine a.example login me password pw',
      'machine B.example',
      '  login you',
      '  account z',
      '  password "p w\\"x"',
      'macdef init',
      '  machine evil.example login m password n',
      '',
      'machine a.example login second password pw',
      'default login any password all',
    ].join('\n');
    expect([...parseNetrc(text)]).toEqual([
      ['a.example', { username: 'me', password: 'pw' }],
      ['b.example', { username: 'you', password: 'p w"x' }],
    ]);
  });
});

describe('credentials', () => {
  const indexes = packageIndexes(
    { index: [{ name: 'my-corp', url: 'https://index.example/simple' }, { url: 'https://u:p%40@other.example/simple' }, 7] },
    { UV_INDEX: 'extra=https://extra.example/simple', UV_DEFAULT_INDEX: 'https://d:e@default.example/simple' },
  );
  const env = { UV_INDEX_MY_CORP_USERNAME: 'me', UV_INDEX_MY_CORP_PASSWORD: 'pw', UV_INDEX_EXTRA_PASSWORD: 'token', NETRC: '/nowhere' };

  it('come from the environment or the URL of the index, for its origin alone', async () => {
    const at = (url: string) => credentialsFor(url, { env, indexes });
    expect(await at('https://index.example/files/a.whl')).toEqual(basic('me:pw'));
    expect(await at('https://other.example/files/a.whl')).toEqual(basic('u:p@'));
    expect(await at('https://extra.example/files/a.whl')).toEqual(basic(':token'));
    expect(await at('https://default.example/files/a.whl')).toEqual(basic('d:e'));
    for (const url of ['https://index.example:8443/a', 'http://index.example/a', 'https://sub.index.example/a', 'not a url']) {
      expect(await at(url)).toEqual({});
    }
  });

  it('of two indexes on one origin are those with the longer common path', async () => {
    const two = [{ url: 'https://a:1@index.example/one/' }, { url: 'https://b:2@index.example/one/two' }];
    expect(await credentialsFor('https://index.example/one/two/x.whl', { env, indexes: two })).toEqual(basic('b:2'));
    expect(await credentialsFor('https://index.example/one/x.whl', { env, indexes: two })).toEqual(basic('a:1'));
  });

  it('come from netrc for the very host, never over plain http', async () => {
    await writeFile(join(directory, '.netrc'), 'machine index.example login n password r\ndefault login x password y\n');
    const at = (url: string) => credentialsFor(url, { env: { HOME: directory } });
    expect(await at('https://index.example/a.whl')).toEqual(basic('n:r'));
    expect(await at('https://elsewhere.example/a.whl')).toEqual({});
    expect(await at('http://index.example/a.whl')).toEqual({});
  });
});
