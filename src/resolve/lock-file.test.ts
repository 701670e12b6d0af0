import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../digest.ts';
import { debianEntry, imageEntry } from './fixture.ts';
import { formatWherryLock, parseWherryLock, readWherryLock, sameWherryLock, writeWherryLock } from './index.ts';
import { emptyWherryLock, findBase, type WherryLock, withBase, withSizes } from './wherry-lock.ts';

const full: WherryLock = {
  bases: [debianEntry(), debianEntry('debian:13-noshell'), imageEntry('registry.example/python:3.12-slim')],
  requirements: [
    { name: 'six', version: '1.16.0', files: [{ filename: 'six-1.16.0-py2.py3-none-any.whl', sha256: digestOf('s'), size: 11 }] },
    {
      name: 'torch',
      version: '2.4.0',
      resolved: '2.4.0+cpu',
      requiresPython: '>=3.8, <4',
      requires: ['filelock', 'sympy>=1.13 ; python_version >= "3.9"'],
      files: [{ filename: 'torch-2.4.0+cpu-cp312-cp312-linux_x86_64.whl', sha256: digestOf('t') }],
    },
  ],
  sizes: { [digestOf('b')]: 2, [digestOf('a')]: 1 },
  builds: [
    {
      name: 'demo',
      source: `git:${'ab'.repeat(20)}#libs/demo`,
      python: '3.13',
      backend: 'hatchling.build',
      backendPath: ['_custom'],
      requires: ['hatchling>=1.27; python_version > "3.8"'],
      more: ['hatch-vcs'],
      tools: [{ name: 'hatchling', version: '1.27.0', filename: 'hatchling-1.27.0-py3-none-any.whl', size: 7, sha256: digestOf('h') }],
    },
  ],
};

describe('the text of wherry.lock', () => {
  it('holds everything and is stable', () => {
    const text = formatWherryLock(full);
    const back = parseWherryLock(text, 'wherry.lock');
    expect(back).toEqual(full);
    expect(formatWherryLock({ ...back, bases: back.bases.toReversed() })).toBe(text);
    expect(text).toContain(
      '\n  { name = "libc6", version = "2.41-12", architecture = "amd64", archive = "debian", path = "pool/main/l/libc6/libc6_1.0_amd64.deb", size = 100,',
    );
  });

  it('holds any text of a base image', () => {
    const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\0\n\r]/.test(text) && text !== '' && text !== '__proto__');
    fc.assert(
      fc.property(line, fc.string({ unit: 'grapheme' }), (one, other) => {
        const entry = imageEntry('a/b');
        const config = { ...entry.facts.config, env: [`A=${one}`], labels: { [one]: other }, volumes: [one] };
        const lock = {
          bases: [{ ...entry, facts: { ...entry.facts, config, passwd: `${one}\n` } }],
          requirements: [],
          sizes: {},
          builds: [],
        };
        expect(parseWherryLock(formatWherryLock(lock), 'wherry.lock')).toEqual(lock);
      }),
    );
  });

  it('of nothing is short', () => {
    expect(formatWherryLock(emptyWherryLock)).toMatch(/^#.*\nversion = 1\n$/);
    expect(sameWherryLock(emptyWherryLock, { bases: [], requirements: [], sizes: {}, builds: [] })).toBe(true);
    expect(sameWherryLock(emptyWherryLock, full)).toBe(false);
  });
});

describe('an edited wherry.lock', () => {
  const text = formatWherryLock(full);
  it.each([
    ['another version', 'version = 1\n', 'version = 2\n'],
    ['no TOML', 'version = 1\n', 'version = \n'],
    ['an unknown key', 'version = 1\n', 'version = 1\nextra = 1\n'],
    ['an unknown platform', 'platform = "linux/amd64"', 'platform = "windows/amd64"'],
    ['a path that climbs', 'path = "pool/main/l/libc6/', 'path = "pool/../../etc/'],
    ['a path elsewhere', 'path = "pool/', 'path = "/pool/'],
    ['a path with an empty segment', 'path = "pool/main', 'path = "pool//main'],
    ['a URL for a path', 'path = "pool/main/l', 'path = "https://evil.example/pool/main/l'],
    ['a short digest', `sha256 = "${digestOf('libc6')}"`, 'sha256 = "sha256:12"'],
    ['a negative size', 'size = 100', 'size = -1'],
    ['a fractional size', 'size = 100', 'size = 1.5'],
    ['a name with a slash', 'name = "libc6"', 'name = "../libc6"'],
    ['a version with a space', 'version = "2.41-12"', 'version = "2.41 12"'],
    ['a foreign architecture', 'architecture = "amd64"', 'architecture = "arm64"'],
    ['an unknown archive', 'archive = "debian"', 'archive = "other"'],
    ['an unknown Debian release', 'reference = "debian:13"', 'reference = "debian:14"'],
    ['a repeated base', 'reference = "debian:13-noshell"', 'reference = "debian:13"'],
    ['a repeated package', 'name = "python3.13-minimal"', 'name = "libc6"'],
    ['a Python path that climbs', '"/usr/local/bin/python3.12"', '"/usr/../bin/python3.12"'],
    ['a relative Python path', '"/usr/local/bin/python3.12"', '"usr/bin/python3.12"'],
    ['a Python version with text', '"3.12.7"', '"3.12.7; rm"'],
    ['a line break in passwd', '"root:x:0:0:root:/root:/bin/bash"', '"root:x:0:0\\nevil:x:0:0"'],
    ['a wheel of another package', '"six-1.16.0-py2.py3-none-any.whl"', '"seven-1.16.0-py2.py3-none-any.whl"'],
    ['a wheel of another version', '"six-1.16.0-py2.py3-none-any.whl"', '"six-1.17.0-py2.py3-none-any.whl"'],
    ['a wheel at a path', '"six-1.16.0-py2.py3-none-any.whl"', '"../six-1.16.0-py2.py3-none-any.whl"'],
    ['a range of Pythons that is none', 'requires-python = ">=3.8, <4"', 'requires-python = "$(rm)"'],
    ['an env entry without a name', '"PATH=/usr/local/bin:/usr/bin"', '"=x"'],
  ])('with %s is refused', (_what, from, to) => {
    expect(text).toContain(from);
    const edited = text.replace(from, to);
    expect(() => parseWherryLock(edited, '/p/wherry.lock')).toThrow(expect.objectContaining({ code: 'WHERRY_LOCK_BROKEN' }));
  });

  it('is refused with the line', () => {
    const edited = text.replace('version = "3.13.5-2"', 'version = "?"');
    const line = edited.split('\n').findIndex((each) => each.includes('"?"')) + 1;
    expect(() => parseWherryLock(edited, '/p/wherry.lock')).toThrow(expect.objectContaining({ where: { file: '/p/wherry.lock', line } }));
  });
});

describe('the file', () => {
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'wherry-lock-'));
  });
  afterEach(async () => await rm(root, { recursive: true }));

  it('is empty when missing, and comes back as written', async () => {
    expect(await readWherryLock(root)).toEqual(emptyWherryLock);
    await writeWherryLock(root, full);
    expect(await readWherryLock(root)).toEqual(full);
    expect(await readdir(root)).toEqual(['wherry.lock']);
    expect(await readFile(join(root, 'wherry.lock'), 'utf8')).toBe(formatWherryLock(full));
  });

  it('is not touched when nothing changed', async () => {
    await writeWherryLock(root, full);
    await utimes(join(root, 'wherry.lock'), 1, 1);
    await writeWherryLock(root, full);
    expect((await stat(join(root, 'wherry.lock'))).mtimeMs).toBe(1000);
  });

  it('that cannot be read or written is named', async () => {
    await expect(writeWherryLock(join(root, 'missing'), full)).rejects.toMatchObject({ code: 'WHERRY_LOCK_UNWRITABLE' });
    await writeFile(join(root, 'wherry.lock'), 'version = "one"');
    await expect(readWherryLock(root)).rejects.toMatchObject({ code: 'WHERRY_LOCK_BROKEN' });
  });
});

describe('lock values', () => {
  it('gain entries but never change them', () => {
    const one = withBase(emptyWherryLock, imageEntry('a/b', '3.12.1'));
    expect(withBase(one, imageEntry('a/b', '3.12.2'))).toBe(one);
    expect(findBase(one, 'a/b', { os: 'linux', architecture: 'arm64' })).toBeUndefined();
    expect(
      withSizes({ bases: [], requirements: [], sizes: { [digestOf('a')]: 1 }, builds: [] }, { [digestOf('a')]: 2, [digestOf('b')]: 3 })
        .sizes,
    ).toEqual({
      [digestOf('a')]: 1,
      [digestOf('b')]: 3,
    });
  });
});
