import { afterEach, describe, expect, it } from 'vitest';
import { makeImage, publish } from '../../test/images.ts';
import { startRegistry, type TestRegistry } from '../../test/registry/index.ts';
import { readImageBase } from '../base/index.ts';
import { digestOf } from '../digest.ts';
import { createHttp } from '../http/index.ts';
import { compareDebian, compareFacts } from './check.ts';
import { amd64, contextWith, debianEntry, debianPackage, imageEntry, imageFacts, projectWith } from './fixture.ts';
import {
  checkWherryLock,
  emptyWherryLock,
  findingLine,
  formatWherryLock,
  parseWherryLock,
  resolveTarget,
  type WherryLock,
} from './index.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

describe('Debian entries', () => {
  const entry = {
    ...debianEntry(),
    base: { kind: 'debian', release: 13, shell: true, packages: [debianPackage('a'), debianPackage('b')] },
  } as const;
  const compare = (...offered: Parameters<typeof debianPackage>[]) =>
    compareDebian(
      entry,
      offered.map((each) => debianPackage(...each)),
    ).map(({ kind, message }) => `${kind}: ${message}`);

  it('that are in the index give no finding', () => expect(compare(['a'], ['b'])).toEqual([]));

  it.each([
    ['older', '1.0-1', 'outdated: a 1.0 is older than 1.0-1 of the signed index'],
    ['newer', '1.0~rc1', 'problem: a 1.0 is newer than 1.0~rc1 of the signed index'],
  ])('that are %s are told', (_what, version, line) => expect(compare(['a', { version }], ['b'])).toEqual([line]));

  it('with other values are problems', () => {
    expect(compare(['a', { sha256: digestOf('x') }], ['b', { size: 1, path: 'pool/x.deb' }]).map((line) => line.split(',')[0])).toEqual([
      `problem: a 1.0 has sha256 ${digestOf('a')}`,
      'problem: b 1.0 has path pool/main/b/b/b_1.0_amd64.deb',
      'problem: b 1.0 has size 100',
    ]);
  });

  it('that the base does not have, or lacks, are problems', () => {
    expect(compare(['a'], ['c'])).toEqual(['problem: b 1.0 is not a package of this base', 'problem: the package c is missing']);
  });
});

describe('image entries', () => {
  it('name the facts that differ', () => {
    const fresh = { ...imageFacts('a/b'), shell: false, passwd: 'root:x:0:0:root:/root:/bin/bash\n' };
    const findings = compareFacts(imageEntry('a/b'), fresh);
    expect(findings.map(findingLine)).toEqual([
      'problem: a/b for linux/amd64: passwd is not what the image says: only in wherry.lock: nobody:x:65534:65534::/:/usr/sbin/nologin; only in the image: nothing',
      'problem: a/b for linux/amd64: shell is not what the image says: only in wherry.lock: true; only in the image: false',
    ]);
  });
});

describe('a base in a registry', () => {
  const files = (version: string) => [
    { path: 'lib64/ld-linux-x86-64.so.2', content: 'x' },
    { path: 'usr/lib/libc.so.6', content: 'GNU C Library (x) stable release version 2.41.' },
    { path: 'usr/bin/python3.13', content: `\0/lib64/ld-linux-x86-64.so.2\0${version}\0` },
  ];

  async function start(): Promise<TestRegistry> {
    const server = await startRegistry();
    cleanups.push(server.close);
    publish(server, 'base', { image: await makeImage({ layers: [files('3.13.1')] }), tags: ['1'] });
    return server;
  }

  const ctx = contextWith({ http: createHttp({ env: {} }) });
  const image = (base: string) => ({ python: undefined, base, debian: { mirror: {}, snapshot: undefined } });
  const resolve = (base: string, lock: WherryLock) =>
    resolveTarget({ image: image(base), project: projectWith(), platform: amd64, lock, mode: 'default', ctx });

  it('is read once, written, and never asked again', async () => {
    const server = await start();
    const base = `${server.host}/base:1`;
    const first = await resolve(base, emptyWherryLock);
    const requests = server.seen.length;
    const back = parseWherryLock(formatWherryLock(first.lock), 'wherry.lock');
    expect(back).toEqual(first.lock);
    const second = await resolve(base, back);
    expect(second).toEqual(first);
    expect(server.seen.length).toBe(requests);
    expect(first.target.base).toEqual(await readImageBase({ reference: base, platform: amd64, root: '/' }, ctx));
  });

  it('is compared with what the name means now and with the image itself', async () => {
    const server = await start();
    const base = `${server.host}/base:1`;
    const { lock } = await resolve(base, emptyWherryLock);
    const check = async (edited: WherryLock) =>
      (await checkWherryLock({ lock: edited, image: image(base), project: projectWith(), ctx })).map(({ kind }) => kind);
    expect(await check(lock)).toEqual([]);
    const text = formatWherryLock(lock);
    expect(await check(parseWherryLock(text.replace('"3.13.1"', '"3.13.9"'), 'wherry.lock'))).toEqual(['problem']);
    publish(server, 'base', { image: await makeImage({ layers: [files('3.13.2')] }), tags: ['1'] });
    expect(await check(lock)).toEqual(['outdated']);
  });
});
