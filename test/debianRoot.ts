import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { findDebianMirrors } from '../src/debian/index.ts';
import { digestOf, hexOf } from '../src/digest.ts';
import { run } from './e2e/command.ts';

/** A Debian system made by mmdebstrap, as base images are made of. */
export interface DebianRoot {
  readonly suite: string;
  readonly packages: readonly string[];
  /** Shell commands that run at the end, with the root as `$1`. */
  readonly hooks?: readonly string[];
  /** An architecture whose programs this machine need not run: packages are unpacked and not configured. */
  readonly unpackedFor?: string;
}

/** The path of its tar, kept in .cache/roots. Needs mmdebstrap (scripts/setup-e2e) and a Debian mirror. */
export async function debianRoot(root: DebianRoot): Promise<string> {
  const directory = join(import.meta.dirname, '../.cache/roots');
  const file = join(directory, `${root.suite}-${hexOf(digestOf(JSON.stringify(root))).slice(0, 12)}.tar`);
  if ((await stat(file).catch(() => undefined)) !== undefined) return file;
  await mkdir(directory, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  const { debian } = await findDebianMirrors({ config: {}, env: process.env });
  const hooks = (root.hooks ?? []).map((hook) => `--customize-hook=${hook}`);
  const variant = root.unpackedFor === undefined ? ['--variant=minbase'] : ['--variant=extract', `--architectures=${root.unpackedFor}`];
  // A mirror may lag behind the dates of an unstable suite; signatures are checked all the same.
  const dates = '--aptopt=Acquire::Check-Valid-Until "false"';
  const options = ['--quiet', '--format=tar', dates, ...variant, `--include=${root.packages.join(',')}`, ...hooks];
  try {
    await run(['mmdebstrap', ...options, root.suite, temporary, debian]);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
  return file;
}
