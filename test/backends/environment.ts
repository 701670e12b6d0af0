import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '../../.cache/backends');
const list = join(import.meta.dirname, 'backends.txt');
const sdists = join(import.meta.dirname, 'sdists.txt');
const python = join(import.meta.dirname, '../../.cache/venv/bin/python');

/** A native Python with build backends, and the wheels that they were installed from. */
export interface Backends {
  readonly python: string;
  /** `PYTHONPATH` of the backends. */
  readonly site: string;
  /** Paths; the same for every build, as in an environment of a build frontend without isolation. */
  readonly wheels: readonly string[];
}

/** Installs the backends of `backends.txt`, once, for the Python of `scripts/setup-python`. */
export function installBackends(): Backends {
  const [stamp, site, wheels] = [join(cache, 'wants'), join(cache, 'site'), join(cache, 'wheels')];
  const wants = readFileSync(list, 'utf8');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wants) {
    for (const directory of [site, wheels]) rmSync(directory, { recursive: true, force: true });
    mkdirSync(wheels, { recursive: true });
    pip(['download', '--only-binary', ':all:', '--dest', wheels, '--requirement', list]);
    pip(['install', '--no-index', '--no-compile', '--target', site, ...pathsIn(wheels)]);
    writeFileSync(stamp, wants);
  }
  return { python, site, wheels: pathsIn(wheels) };
}

function pathsIn(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .map((name) => join(directory, name));
}

function pip([command = '', ...words]: readonly string[], env: NodeJS.ProcessEnv = {}): void {
  const options = ['--quiet', '--disable-pip-version-check', '--no-deps'];
  execFileSync(python, ['-m', 'pip', command, ...options, ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** Name, version and digest of every sdist of `sdists.txt`. */
export function knownSdists(): readonly { readonly name: string; readonly line: string }[] {
  const lines = readFileSync(sdists, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => ({ name: line.split('==')[0] ?? '', line }));
}

/** Path of an sdist of `sdists.txt`; pip fetches it once and checks its digest. */
export function fetchSdist(name: string): string {
  const known = knownSdists().find((each) => each.name === name);
  if (known === undefined) throw new Error(`${name} is not in sdists.txt`);
  const folder = join(cache, 'sdists', known.line.split(' ')[0] ?? '');
  const found = () => (existsSync(folder) ? readdirSync(folder).find((file) => file.endsWith('.tar.gz')) : undefined);
  if (found() === undefined) {
    mkdirSync(folder, { recursive: true });
    const requirement = join(folder, 'requirement.txt');
    writeFileSync(requirement, `${known.line}\n`);
    // The backends that are installed tell pip the metadata, so that none is fetched for that.
    const options = ['--no-binary', ':all:', '--no-build-isolation', '--require-hashes', '--dest', folder, '--requirement', requirement];
    pip(['download', ...options], { PYTHONPATH: installBackends().site });
  }
  return join(folder, found() as string);
}
