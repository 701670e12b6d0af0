import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Architecture, machineOf } from '../src/platform.ts';
import type { BuildRequest } from '../src/request.ts';
import type { TestEntry } from './images.ts';

const accounts: readonly TestEntry[] = [
  { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
  { path: 'etc/group', content: 'root:x:0:\n' },
];

/** What is read of a base image with Python 3.13 and glibc; none of it can run. */
export const madeUpBase: readonly TestEntry[] = madeUpBaseOf('amd64');

/** The same for a CPU. */
export function madeUpBaseOf(architecture: Architecture, python = '3.13.5'): readonly TestEntry[] {
  const loader = architecture === 'amd64' ? 'lib64/ld-linux-x86-64.so.2' : 'lib/ld-linux-aarch64.so.1';
  return [
    { path: 'usr/bin/python3.13', content: `ELF /${loader}\0` },
    { path: 'usr/bin/python3', link: 'python3.13' },
    { path: 'usr/include/python3.13/patchlevel.h', content: `#define PY_VERSION "${python}"\n` },
    { path: loader, content: 'loader' },
    {
      path: `lib/${machineOf(architecture)}-linux-gnu/libc.so.6`,
      content: 'GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41\0',
    },
    ...accounts,
  ];
}

/**
 * What is read of an image of Alpine with a Python below /usr/local, as python:3.13-alpine has it; none of it can run. The package database is cut
 * to a few packages.
 */
export function madeUpAlpine(architecture: Architecture): readonly TestEntry[] {
  const machine = machineOf(architecture);
  return [
    { path: 'bin/busybox', content: 'busybox' },
    { path: 'bin/sh', link: '/bin/busybox' },
    { path: `lib/ld-musl-${machine}.so.1`, content: 'loader' },
    { path: `lib/libc.musl-${machine}.so.1`, link: `ld-musl-${machine}.so.1` },
    {
      path: 'lib/apk/db/installed',
      content: `C:Q1abc=\nP:musl\nV:1.2.5-r12\nA:${machine}\nF:lib\nR:ld-musl-${machine}.so.1\n\nC:Q1def=\nP:zlib\nV:1.3.1-r2\n`,
    },
    { path: 'etc/os-release', content: 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.22.2\n' },
    { path: 'usr/local/bin/python3.13', content: `\x7fELF\0/lib/ld-musl-${machine}.so.1\0` },
    { path: 'usr/local/bin/python3', link: 'python3.13' },
    { path: 'usr/local/bin/python', link: 'python3' },
    { path: 'usr/local/lib/libpython3.13.so.1.0', content: '\x7fELF' },
    { path: 'usr/local/include/python3.13/patchlevel.h', content: '#define PY_VERSION "3.13.9"\n' },
    ...accounts,
  ];
}

/** `uv.lock` of the project that `writeSite` writes. */
export const siteLock = `version = 1
revision = 3
requires-python = ">=3.11"

[[package]]
name = "site"
version = "1.0"
source = { virtual = "." }
`;

/** Writes a project `site` that needs nothing, on the base `HOST/base:1`. */
export async function writeSite(directory: string, host: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  const settings = `[tool.wherry]\nbase = "${host}/base:1"\n`;
  await writeFile(
    join(directory, 'pyproject.toml'),
    `[project]\nname = "site"\nversion = "1.0"\nrequires-python = ">=3.11"\n\n${settings}`,
  );
  await writeFile(join(directory, 'uv.lock'), siteLock);
  await writeFile(join(directory, 'main.py'), 'print("hello")\n');
  return directory;
}

/** A build of a directory without any flag. */
export function plainRequest(directory: string, more: Partial<BuildRequest> = {}): BuildRequest {
  return { directory, flags: {}, outputs: [], frozen: false, lockMode: 'default', created: undefined, ...more };
}
