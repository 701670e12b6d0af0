import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildRequest } from '../src/request.ts';
import type { TestEntry } from './images.ts';

/** What is read of a base image with Python 3.13 and glibc; none of it can run. */
export const madeUpBase: readonly TestEntry[] = [
  { path: 'usr/bin/python3.13', content: 'ELF /lib64/ld-linux-x86-64.so.2\0' },
  { path: 'usr/bin/python3', link: 'python3.13' },
  { path: 'usr/include/python3.13/patchlevel.h', content: '#define PY_VERSION "3.13.5"\n' },
  { path: 'lib64/ld-linux-x86-64.so.2', content: 'loader' },
  { path: 'lib/x86_64-linux-gnu/libc.so.6', content: 'GNU C Library (Debian GLIBC 2.41-12) stable release version 2.41\0' },
  { path: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
  { path: 'etc/group', content: 'root:x:0:\n' },
];

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
  const selection = {
    noDefaultGroups: false,
    noInstallProject: false,
    noInstallWorkspace: false,
    noInstallLocal: false,
    noInstallPackages: [],
  };
  return { directory, flags: {}, outputs: [], selection, frozen: false, lockMode: 'default', created: undefined, ...more };
}
