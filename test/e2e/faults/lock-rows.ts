import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { digestOf } from '../../../src/digest.ts';
import type { Lab } from './lab.ts';
import { alpha, beta, lockText, type SampleWheel } from './project.ts';
import type { Arrange, Row } from './row.ts';

const early = true;

function lock(change: (text: string, lab: Lab) => string | undefined): Arrange {
  return (lab) => lab.edit('uv.lock', (text) => change(text, lab));
}

/** Another lock of the same project. */
function locked(...wheels: readonly SampleWheel[]): Arrange {
  return (lab) => lab.edit('uv.lock', () => lockText(lab.index.origin, wheels));
}

const sdist = (text: string): string => {
  const start = text.indexOf('wheels = [');
  const end = text.indexOf(']\n', start) + 2;
  return `${text.slice(0, start)}sdist = { url = "https://index.example/alpha-1.0.tar.gz", hash = "${digestOf('x')}", size = 1 }\n${text.slice(end)}`;
};

/** uv.lock: missing, stale, broken, or with something that can't be installed. */
export const uvLockRows: readonly Row[] = [
  { name: 'no uv.lock', code: 'LOCK_MISSING', status: 1, hint: /uv lock/, shows: /uv\.lock/, early, arrange: lock(() => undefined) },
  {
    name: 'a dependency more in pyproject.toml',
    code: 'LOCK_STALE',
    status: 1,
    hint: /uv lock/,
    shows: /project\.dependencies[\s\S]*gamma/,
    early,
    arrange: (lab) => lab.edit('pyproject.toml', (text) => text.replace('"beta==1.0"', '"beta==1.0", "gamma"')),
  },
  {
    name: 'another requires-python, with --locked',
    code: 'LOCK_STALE',
    status: 1,
    hint: /uv lock/,
    shows: /requires-python/,
    early,
    args: (lab) => ['build', lab.project, '--locked'],
    arrange: (lab) => lab.edit('pyproject.toml', (text) => text.replace('requires-python = ">=3.13"', 'requires-python = ">=3.12"')),
  },
  {
    name: 'half a file',
    code: 'LOCK_BROKEN',
    status: 1,
    hint: /uv lock/,
    shows: /uv\.lock:\d+/,
    early,
    arrange: lock((text) => text.slice(0, text.length / 2)),
  },
  {
    name: 'a merge conflict',
    code: 'LOCK_BROKEN',
    status: 1,
    hint: /either side, then run uv lock/,
    shows: /uv\.lock:\d+/,
    early,
    arrange: lock((text) => `<<<<<<< ours\n${text}=======\n${text}>>>>>>> theirs\n`),
  },
  {
    name: 'a package without a name',
    code: 'LOCK_BROKEN',
    status: 1,
    hint: /uv lock/,
    shows: /uv\.lock:\d+/,
    early,
    arrange: lock((text) => text.replace('name = "alpha"\n', '')),
  },
  {
    name: 'a later format',
    code: 'LOCK_UNSUPPORTED',
    status: 1,
    hint: /uv lock/,
    shows: /version 2/,
    early,
    arrange: lock((text) => text.replace('version = 1\n', 'version = 2\n')),
  },
  {
    name: 'a wheel without a hash',
    code: 'LOCK_UNHASHED',
    status: 1,
    hint: /uv lock/,
    shows: /alpha/,
    early,
    arrange: lock((text) => text.replace(/, hash = "[^"]+"/, '')),
  },
  {
    name: 'wheels for other platforms only',
    code: 'WHEEL_NONE_FITS',
    status: 1,
    hint: /Python|base|alpha/,
    shows: /alpha 1\.0 .*linux\/amd64[\s\S]*macosx/,
    early,
    arrange: locked({ ...alpha, tag: 'cp313-cp313-macosx_13_0_arm64' }, beta),
  },
  {
    name: 'a wheel for musl only',
    code: 'WHEEL_NONE_FITS',
    status: 1,
    hint: /base = "|alpha/,
    shows: /glibc[\s\S]*musllinux/,
    early,
    arrange: locked({ ...alpha, tag: 'cp313-cp313-musllinux_1_2_x86_64' }, beta),
  },
  {
    name: 'a source distribution that must not be built',
    code: 'BUILD_FORBIDDEN',
    status: 1,
    hint: /no-binary-package/,
    shows: /alpha 1\.0[\s\S]*no-build/,
    early,
    arrange: (lab) => {
      lab.edit('uv.lock', sdist);
      lab.edit('pyproject.toml', (text) => text.replace('[[tool.uv.index]]', '[tool.uv]\nno-build = true\n\n[[tool.uv.index]]'));
    },
  },
  {
    name: 'an archive inside of a git repository',
    code: 'SOURCE_UNSUPPORTED',
    status: 1,
    hint: /uv lock/,
    shows: /alpha/,
    early,
    args: (lab) => ['build', lab.project, '--frozen'],
    arrange: lock((text) => sdist(text).replace(/registry = "[^"]+"/, `git = "https://git.example/alpha?path=a.whl#${'0'.repeat(40)}"`)),
  },
  {
    name: 'a git repository in a file',
    code: 'GIT_URL_REFUSED',
    status: 1,
    hint: /tool\.uv\.sources/,
    shows: /only https and ssh/,
    early,
    args: (lab) => ['build', lab.project, '--frozen'],
    arrange: lock((text) => sdist(text).replace(/registry = "[^"]+"/, `git = "file:///tmp/alpha#${'0'.repeat(40)}"`)),
  },
  {
    name: 'a build backend that compiles',
    code: 'BACKEND_UNSUPPORTED',
    status: 1,
    hint: /wheel/,
    shows: /maturin/,
    early,
    arrange: backend('maturin', 'maturin'),
  },
  {
    name: 'a build backend that no index has',
    code: 'BUILD_REQUIRES_MISSING',
    status: 1,
    hint: /wheel/,
    shows: /shop[\s\S]*hatchling[\s\S]*no package index has the package/,
    arrange: backend('hatchling.build', 'hatchling'),
  },
];

function backend(name: string, requires: string): Arrange {
  return (lab) => lab.edit('pyproject.toml', (text) => text.replace('"uv_build"', `"${name}"`).replace('uv_build>=0.9,<1', requires));
}

const withoutSizes = (lab: Lab): void => lab.edit('uv.lock', (text) => text.replaceAll(/, size = \d+/g, ''));
const noWherryLock = (lab: Lab): void => lab.edit('wherry.lock', () => undefined);

/** Fails if a build wrote a wherry.lock. */
function absent(lab: Lab): void {
  expect(existsSync(join(lab.project, 'wherry.lock'))).toBe(false);
}

const incomplete = { code: 'WHERRY_LOCK_INCOMPLETE', status: 1, hint: /wherry lock/, early } as const;

/** wherry.lock: broken, incomplete, or of another Python. */
export const wherryLockRows: readonly Row[] = [
  {
    name: 'not TOML',
    code: 'WHERRY_LOCK_BROKEN',
    status: 1,
    hint: /wherry lock/,
    shows: /wherry\.lock:\d+/,
    early,
    arrange: (lab) => lab.edit('wherry.lock', (text) => `${text}\nx = [`),
  },
  {
    name: 'a hash cut short',
    code: 'WHERRY_LOCK_BROKEN',
    status: 1,
    hint: /wherry lock/,
    shows: /wherry\.lock:\d+/,
    early,
    arrange: (lab) => lab.edit('wherry.lock', (text) => text.replace(/sha256:[0-9a-f]{4}/, 'sha256:')),
  },
  {
    name: 'a path that leaves the pool',
    code: 'WHERRY_LOCK_BROKEN',
    status: 1,
    hint: /wherry lock/,
    shows: /wherry\.lock:\d+/,
    early,
    arrange: (lab) => lab.edit('wherry.lock', (text) => text.replace('path = "pool/', 'path = "../pool/')),
  },
  {
    ...incomplete,
    name: 'no wherry.lock, --locked',
    args: (lab) => ['build', lab.project, '--locked'],
    arrange: noWherryLock,
    after: absent,
  },
  {
    ...incomplete,
    name: 'a build that it does not have, --locked',
    args: (lab) => ['build', lab.project, '--locked'],
    arrange: backend('hatchling.build', 'hatchling'),
  },
  { ...incomplete, name: 'no wherry.lock, CI=1', env: () => ({ CI: '1' }), arrange: noWherryLock, after: absent },
  {
    ...incomplete,
    name: 'no wherry.lock, --frozen in CI',
    args: (lab) => ['build', lab.project, '--frozen'],
    env: () => ({ CI: 'true' }),
    arrange: noWherryLock,
    after: absent,
  },
  {
    ...incomplete,
    name: 'sizes that no lock has',
    shows: /2 wheels/,
    args: (lab) => ['build', lab.project, '--locked'],
    arrange: withoutSizes,
  },
  {
    ...incomplete,
    name: 'another platform',
    shows: /linux\/arm64/,
    args: (lab) => ['build', lab.project, '--locked', '--platform', 'linux/arm64'],
  },
];
