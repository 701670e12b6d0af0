import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const cache = join(import.meta.dirname, '../../.cache/backends');
const list = join(import.meta.dirname, 'backends.txt');
const sdists = join(import.meta.dirname, 'sdists.txt');
const quiet = ['--quiet', '--disable-pip-version-check', '--no-deps'];

/** A native environment with build backends, and the wheels that are in it. */
export interface Backends {
  readonly python: string;
  /** Paths; the same for every build, as in an environment of a build frontend without isolation. */
  readonly wheels: readonly string[];
}

/** Installs the backends of `backends.txt`, once. */
export function installBackends(): Backends {
  const python = join(cache, 'venv/bin/python');
  const stamp = join(cache, 'wants');
  const wants = readFileSync(list, 'utf8');
  const wheels = join(cache, 'wheels');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wants) {
    for (const name of ['venv', 'wheels']) rmSync(join(cache, name), { recursive: true, force: true });
    mkdirSync(wheels, { recursive: true });
    execFileSync('python3', ['-m', 'venv', join(cache, 'venv')]);
    execFileSync(python, ['-m', 'pip', 'download', ...quiet, '--only-binary', ':all:', '--dest', wheels, '--requirement', list]);
    execFileSync(python, ['-m', 'pip', 'install', ...quiet, '--no-index', ...readdirSync(wheels).map((name) => join(wheels, name))]);
    writeFileSync(stamp, wants);
  }
  return {
    python,
    wheels: readdirSync(wheels)
      .sort()
      .map((name) => join(wheels, name)),
  };
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
    // The backends of the environment tell pip the metadata, so that none is fetched for that.
    const options = ['--no-binary', ':all:', '--no-build-isolation', '--require-hashes', '--dest', folder, '--requirement', requirement];
    execFileSync(installBackends().python, ['-m', 'pip', 'download', ...quiet, ...options], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  return join(folder, found() as string);
}
