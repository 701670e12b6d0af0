import { describe, expect, it } from 'vitest';
import { directory, file, type RootEntry, symlink } from './entry.ts';
import { resolveEntry } from './libraries.ts';
import { isDropped } from './prune.ts';
import { isMergedTop, mergedPath, mergedTarget } from './usrmerge.ts';

describe('isDropped', () => {
  it.each([
    'usr/bin/openssl',
    'usr/bin/python3.13-config',
    'usr/sbin/zic',
    'usr/lib/x86_64-linux-gnu/gconv/UTF-7.so',
    'usr/lib/aarch64-linux-gnu/gconv',
    'usr/share/doc/libc6/changelog.Debian.gz',
    'usr/share/man/man1/x.1.gz',
    'usr/lib/python3.13/test/support/__init__.py',
    'usr/lib/python3.11/lib-dynload/_testcapi.cpython-311-x86_64-linux-gnu.so',
    'usr/lib/python3.11/lib-dynload/nis.cpython-311-x86_64-linux-gnu.so',
    'usr/lib/x86_64-linux-gnu/libexpatw.so.1.9.0',
    'usr/lib/x86_64-linux-gnu/libnss_compat.so.2',
    'usr/lib/ssl/private',
    'usr/share/zoneinfo/right/Europe/Rome',
    'etc/issue',
  ])('drops %s', (path) => {
    expect(isDropped(path)).toBe(true);
  });

  it.each([
    'usr/bin/python3',
    'usr/bin/python3.13',
    'usr/bin/busybox',
    'usr/sbin/ldconfig',
    'usr/lib/ssl/cert.pem',
    'usr/lib/ssl/certs',
    'usr/lib/python3.13/unittest/case.py',
    'usr/lib/python3.13/lib-dynload/_ssl.cpython-313-x86_64-linux-gnu.so',
    'usr/lib/x86_64-linux-gnu/libexpat.so.1',
    'usr/lib/x86_64-linux-gnu/libpanelw.so.6',
    'usr/lib/x86_64-linux-gnu/libnss_dns.so.2',
    'usr/share/doc/libc6/copyright',
    'usr/share/doc/libstdc++6',
    'usr/share/zoneinfo/Europe/Rome',
    'usr/share/common-licenses/GPL-3',
    'usr/lib/locale/C.utf8/LC_CTYPE',
    'etc/mime.types',
  ])('keeps %s', (path) => {
    expect(isDropped(path)).toBe(false);
  });
});

describe('a merged /usr', () => {
  it('moves paths below the top directories, and names that only begin like them not', () => {
    expect(['lib/x', 'lib64/x', 'sbin/x', 'libexec/x', 'usr/lib/x', 'lib'].map(mergedPath)).toEqual([
      'usr/lib/x',
      'usr/lib64/x',
      'usr/sbin/x',
      'libexec/x',
      'usr/lib/x',
      'lib',
    ]);
    expect(['bin', 'lib64', 'usr', 'bin/x'].map(isMergedTop)).toEqual([true, true, false, false]);
  });

  it.each([
    ['lib64/ld.so.2', '/lib/x/ld.so.2', '../lib/x/ld.so.2'],
    ['lib/x/a.so', '../../usr/lib/b.so', '../b.so'],
    ['usr/lib/a.so', '../../lib/b.so', 'b.so'],
    ['usr/lib/a.so', '/lib/b.so', 'b.so'],
    ['lib/x/a.so', '/etc/b', '/etc/b'],
    ['bin/a', '../etc/b', '../../etc/b'],
    ['usr/lib/ssl/certs', '/etc/ssl/certs', '/etc/ssl/certs'],
  ])('the link %s to %s becomes %s', (path, target, moved) => {
    expect(mergedTarget(path, target)).toBe(moved);
  });
});

describe('resolveEntry', () => {
  const entries: readonly RootEntry[] = [
    directory('usr'),
    directory('usr/lib'),
    symlink('lib', 'usr/lib'),
    file('usr/lib/real', 'x'),
    symlink('usr/lib/link', '/lib/real'),
    symlink('usr/lib/up', '../../lib/link'),
    symlink('loop', 'loop'),
  ];
  const tree = new Map(entries.map((entry) => [entry.path, entry]));

  it('follows links in any segment, inside the tree', () => {
    for (const path of ['lib/real', 'lib/link', '/usr/lib/up', 'lib/up']) expect(resolveEntry(tree, path)?.path).toBe('usr/lib/real');
    expect(resolveEntry(tree, 'lib')?.path).toBe('usr/lib');
  });

  it('gives nothing for loops and for paths that are not there', () => {
    for (const path of ['loop', 'loop/x', 'lib/none', '']) expect(resolveEntry(tree, path)).toBeUndefined();
  });
});
