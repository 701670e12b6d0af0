import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A virtual environment of any CPython release without that release: uv asks an interpreter once what it is, and this one is the
 * Python of the tests whose answer is changed. Nothing is ever installed into it.
 */
export function makeEnvironment(directory: string, options: { readonly python: string; readonly version: string }): string {
  const { python, version } = options;
  const minor = minorOf(version);
  const question = 'import platform, sys; print(platform.python_version(), sys.prefix, sys.base_prefix, sep="\\n")';
  const [realVersion = '', prefix = '', basePrefix = ''] = execFileSync(python, ['-c', question]).toString().split('\n');
  mkdirSync(join(directory, 'lib', `python${minor}`, 'site-packages'), { recursive: true });
  writeFileSync(join(directory, 'pyvenv.cfg'), `home = /usr/bin\nimplementation = CPython\nversion_info = ${version}\n`);
  const changes = [
    [basePrefix, join(directory, 'base')],
    [prefix, directory],
    [realVersion, version],
    [`python${minorOf(realVersion)}`, `python${minor}`],
    [`"${minorOf(realVersion)}"`, `"${minor}"`],
  ].map(([from = '', to = '']) => `-e 's#${from.replaceAll('.', '\\.')}#${to}#g'`);
  for (const file of ['bin/python', `base/bin/python${minor}`]) {
    mkdirSync(join(directory, dirname(file)), { recursive: true });
    writeFileSync(join(directory, file), `#!/bin/sh\n'${python}' "$@" | sed ${changes.join(' ')}\n`, { mode: 0o755 });
  }
  return directory;
}

function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}
