import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aptMirrors, readHostSources } from './apt-sources.ts';
import { debianMirrors } from './mirrors.ts';

const none = { config: {}, env: {}, hostSources: [] };
const list = (text: string) => [{ file: '/etc/apt/sources.list', text }];
const deb822 = (text: string) => [{ file: '/etc/apt/sources.list.d/debian.sources', text }];
const host = list('deb https://host.example/debian trixie main');

describe('debianMirrors', () => {
  const config = { debian: 'https://config.example/deb/', 'debian-security': 'https://config.example/sec' };
  const env = { WHERRY_DEBIAN_MIRROR: 'http://env.example/debian/' };
  const defaults = { debian: 'https://default.example/debian' };

  it('takes configuration before the environment, the host and the packaged defaults', () => {
    expect(debianMirrors({ config, env, hostSources: host, defaults }).debian).toBe('https://config.example/deb');
    expect(debianMirrors({ ...none, env, hostSources: host, defaults }).debian).toBe('http://env.example/debian');
    expect(debianMirrors({ ...none, hostSources: host, defaults }).debian).toBe('https://host.example/debian');
    expect(debianMirrors({ ...none, defaults }).debian).toBe('https://default.example/debian');
  });

  it('looks for a missing security archive beside the main one', () => {
    expect(debianMirrors({ ...none, env })['debian-security']).toBe('http://env.example/debian-security');
    expect(debianMirrors({ ...none, config })['debian-security']).toBe('https://config.example/sec');
    const own = { ...env, WHERRY_DEBIAN_SECURITY_MIRROR: 'http://security.example/' };
    expect(debianMirrors({ ...none, env: own })['debian-security']).toBe('http://security.example');
    const odd = { WHERRY_DEBIAN_MIRROR: 'http://env.example/apt' };
    expect(debianMirrors({ ...none, env: odd })['debian-security']).toBe('http://env.example/apt/debian-security');
  });

  it('adds the roots of a snapshot service', () => {
    const at = (snapshot: string) => debianMirrors({ ...none, env, snapshot }).snapshot;
    expect(at('https://snap.example/{archive}/20260301T000000Z/')).toEqual({
      debian: 'https://snap.example/debian/20260301T000000Z',
      'debian-security': 'https://snap.example/debian-security/20260301T000000Z',
    });
    expect(at('https://snap.example/')?.['debian-security']).toBe('https://snap.example/debian-security');
    expect(() => at('snap')).toThrow(expect.objectContaining({ code: 'DEB_NO_MIRROR' }));
  });

  it('fails with the line to write when there is none, and for other schemes', () => {
    expect(() => debianMirrors(none)).toThrow(
      expect.objectContaining({ code: 'DEB_NO_MIRROR', hint: expect.stringContaining('[tool.wherry.debian]') }),
    );
    const wrong = { ...none, env: { WHERRY_DEBIAN_MIRROR: 'ftp://env.example/debian' } };
    expect(() => debianMirrors(wrong)).toThrow(expect.objectContaining({ code: 'DEB_NO_MIRROR' }));
  });
});

describe('aptMirrors', () => {
  it('reads one-line entries with options and comments', () => {
    const text = [
      '# deb https://comment.example/debian trixie main',
      'deb-src https://source.example/debian trixie main',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/x.gpg] https://main.example/debian trixie main contrib # note',
      'deb https://sec.example/debian-security trixie-security main',
    ].join('\n');
    expect(aptMirrors(list(text))).toEqual({
      debian: 'https://main.example/debian',
      'debian-security': 'https://sec.example/debian-security',
    });
  });

  it('reads deb822 paragraphs, without disabled ones', () => {
    const text = [
      'Types: deb\nEnabled: no\nURIs: https://off.example/debian\nSuites: trixie\nComponents: main',
      'Types: deb deb-src\nURIs: https://main.example/debian\nSuites: bookworm bookworm-updates\nComponents: main',
      'Types: deb\nURIs: https://sec.example/x\nSuites: bookworm-security\nComponents: main',
    ].join('\n\n');
    expect(aptMirrors(deb822(text))).toEqual({ debian: 'https://main.example/debian', 'debian-security': 'https://sec.example/x' });
  });

  it.each([
    ['another distribution', 'deb https://other.example/ubuntu noble main'],
    ['another component', 'deb https://vendor.example/linux/debian trixie stable'],
    ['another scheme', 'deb cdrom:[disc]/ trixie main'],
    ['a suite of backports', 'deb https://main.example/debian trixie-backports main'],
  ])('does not take %s', (_what, text) => {
    expect(aptMirrors(list(text))).toEqual({});
  });

  it("prefers entries with Debian's key, then the usual path, over third parties that name Debian's suites", () => {
    const vendor = 'deb https://vendor.example/apt trixie main';
    const usual = 'deb https://usual.example/debian trixie main';
    const signed = 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://cache.example/x trixie main';
    expect(aptMirrors(list([vendor, usual].join('\n'))).debian).toBe('https://usual.example/debian');
    expect(aptMirrors(list([vendor, usual, signed].join('\n'))).debian).toBe('https://cache.example/x');
  });
});

describe('readHostSources', () => {
  it("reads apt's files in apt's order and nothing else, and none where there is no apt", async () => {
    const directory = await mkdtemp(join(tmpdir(), 'wherry-apt-'));
    try {
      expect(await readHostSources(directory)).toEqual([]);
      await mkdir(join(directory, 'sources.list.d'));
      for (const name of ['sources.list', 'sources.list.d/b.list', 'sources.list.d/a.sources', 'sources.list.d/c.list.save']) {
        await writeFile(join(directory, name), name);
      }
      const read = await readHostSources(directory);
      expect(read.map(({ text }) => text)).toEqual(['sources.list', 'sources.list.d/a.sources', 'sources.list.d/b.list']);
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
