import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Fault } from '../../index-server.ts';
import { blobFile, type Lab, login } from './lab.ts';
import { alpha, fileName, noise, wheelPath } from './project.ts';
import type { Arrange, Row } from './row.ts';

const path = wheelPath(alpha);

function fault(given: Fault): Arrange {
  return (lab) => lab.index.fault(path, given);
}

const always = (status: number, headers: Readonly<Record<string, string>> = {}): Arrange => fault({ kind: 'status', status, headers });

/** The part of a broken transfer that arrived is kept, and the next build asks for the rest. */
function resumed(lab: Lab): void {
  expect(lab.index.seen.filter((line) => line === `GET ${path}`).length).toBeGreaterThan(1);
}

const truncated = { code: 'DOWNLOAD_TRUNCATED', status: 2, hint: /run the command again/, shows: /alpha 1\.0[\s\S]*127\.0\.0\.1/ } as const;
const wrong = { code: 'WHEEL_HASH', status: 1, hint: /uv lock/, shows: new RegExp(`alpha 1\\.0[\\s\\S]*${fileName(alpha)}`) } as const;

/** The index: refusals, failures, broken and wrong answers. */
export const indexRows: readonly Row[] = [
  {
    name: 'status 401, no login known',
    code: 'DOWNLOAD_AUTH',
    status: 2,
    hint: /UV_INDEX_<NAME>_PASSWORD|UV_INDEX_LAB_PASSWORD/,
    shows: /alpha 1\.0[\s\S]*401/,
    env: () => ({ UV_INDEX_LAB_USERNAME: '', UV_INDEX_LAB_PASSWORD: '' }),
    arrange: (lab) => lab.index.protect(login),
  },
  {
    name: 'status 401, another password',
    code: 'DOWNLOAD_AUTH',
    status: 2,
    hint: /UV_INDEX_/,
    shows: /401/,
    arrange: (lab) => lab.index.protect({ ...login, password: 'changed since' }),
  },
  { name: 'status 403', code: 'DOWNLOAD_AUTH', status: 2, hint: /netrc/, shows: /403/, arrange: always(403) },
  {
    name: 'status 404',
    code: 'DOWNLOAD_NOT_FOUND',
    status: 2,
    hint: /uv lock --upgrade-package/,
    shows: /alpha 1\.0[\s\S]*404/,
    arrange: always(404),
  },
  {
    name: 'status 404, a login in the URL',
    code: 'DOWNLOAD_NOT_FOUND',
    status: 2,
    hint: /uv lock/,
    shows: /404/,
    arrange: (lab) => {
      const userinfo = `http://${login.user}:${login.password}@`;
      lab.edit('uv.lock', (text) => text.replaceAll('url = "http://', `url = "${userinfo}`));
      lab.index.fault(path, { kind: 'status', status: 404 });
    },
  },
  {
    name: 'status 429 to every try',
    code: 'DOWNLOAD_FAILED',
    status: 2,
    hint: /run the command again/,
    shows: /429/,
    arrange: always(429, { 'retry-after': '1' }),
  },
  {
    name: 'status 500 to every try',
    code: 'DOWNLOAD_FAILED',
    status: 2,
    hint: /run the command again/,
    shows: /500/,
    arrange: always(500),
  },
  { ...truncated, name: 'the connection breaks before the first byte', arrange: fault({ kind: 'reset', after: 0 }), after: resumed },
  {
    name: 'the connection is refused',
    code: 'NETWORK_UNREACHABLE',
    status: 2,
    hint: /NO_PROXY/,
    shows: /refused/,
    arrange: (lab) => {
      lab.edit('uv.lock', (text) => text.replaceAll(`url = "${lab.index.origin}`, 'url = "http://127.0.0.1:9'));
    },
  },
  { ...wrong, name: 'a file that was cut on the server', arrange: fault({ kind: 'bytes', bytes: alpha.bytes.subarray(0, 200_000) }) },
  { ...wrong, name: 'other bytes of the same length', arrange: fault({ kind: 'bytes', bytes: noise(alpha.bytes.length, 'other') }) },
  { ...wrong, name: 'more bytes', arrange: fault({ kind: 'bytes', bytes: Buffer.concat([alpha.bytes, Buffer.of(0)]) }) },
  { ...wrong, name: 'an error page with status 200', arrange: fault({ kind: 'bytes', bytes: Buffer.alloc(alpha.bytes.length, '<html>') }) },
];

/** Faults that a build survives by itself. */
export const passingFaults: readonly (readonly [string, Fault])[] = [
  ['status 500 once', { kind: 'status', status: 500, times: 1 }],
  ['status 503 twice', { kind: 'status', status: 503, times: 2 }],
  ['status 429 once, with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '1' }, times: 1 }],
  ['a reset in the middle of the body', { kind: 'reset', after: 300_000, times: 1 }],
  ['four resets, each further on', { kind: 'reset', after: 120_000, times: 4 }],
];

const firstDeb = (lab: Lab): string => {
  const [, file = ''] = /\[\n {2}\{ name = "base-files".* path = "([^"]+)"/.exec(lab.wherryLock) ?? [];
  return `/debian/${file}`;
};

/** Forgets the layer of the base and one package of it, so that the package is fetched again. */
function forgetDeb(lab: Lab): void {
  rmSync(join(lab.store, 'layers-v1'), { recursive: true });
  const [, hex = ''] = /name = "base-files".* sha256 = "sha256:([0-9a-f]+)"/.exec(lab.wherryLock) ?? [];
  rmSync(blobFile(lab.store, hex));
}

/** The Debian archive and --offline. */
export const mirrorRows: readonly Row[] = [
  {
    name: 'a package that the mirror dropped',
    code: 'DEB_GONE',
    status: 2,
    hint: /wherry lock --update/,
    shows: /base-files/,
    arrange: (lab) => {
      forgetDeb(lab);
      lab.index.fault(firstDeb(lab), { kind: 'status', status: 404 });
    },
  },
  {
    name: 'a package with other bytes',
    code: 'DEB_HASH',
    status: 2,
    hint: /another mirror/,
    shows: /base-files/,
    arrange: (lab) => {
      forgetDeb(lab);
      lab.index.fault(firstDeb(lab), { kind: 'bytes', bytes: noise(88_296, 'deb') });
    },
  },
  {
    name: 'a mirror without the suites',
    code: 'DEB_INDEX',
    status: 2,
    hint: /mirror/,
    shows: /404[\s\S]*InRelease/,
    arrange: (lab) => lab.edit('wherry.lock', () => undefined),
  },
  {
    name: 'a mirror that is not there',
    code: 'NETWORK_UNREACHABLE',
    status: 2,
    hint: /NO_PROXY/,
    env: () => ({ WHERRY_DEBIAN_MIRROR: 'http://127.0.0.1:9/debian' }),
    arrange: (lab) => lab.edit('wherry.lock', () => undefined),
  },
  {
    name: '--offline with an empty store',
    code: 'OFFLINE_MISSING',
    status: 2,
    hint: /without --offline/,
    early: true,
    args: (lab) => ['build', lab.project, '--offline'],
    env: (lab) => ({ WHERRY_CACHE_DIR: join(lab.directory, 'empty') }),
  },
  {
    name: '--offline without wherry.lock',
    code: 'NETWORK_OFFLINE',
    status: 2,
    hint: /without --offline/,
    early: true,
    args: (lab) => ['build', lab.project, '--offline'],
    arrange: (lab) => lab.edit('wherry.lock', () => undefined),
  },
];
