import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execute } from './execute.ts';
import { root } from './product.ts';
import { makeBundle } from './wherry.ts';

/** Lowest and highest version that `engines` of package.json admits; the highest is that of the day when this line was written. */
export const nodeVersions = ['22.22.2', '26.10.0'] as const;

const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];

/** Path of a Node of exactly this version, installed by npm below .cache when it is first asked for. */
export async function nodeProgram(version: string): Promise<string> {
  const prefix = join(root, '.cache/node', version);
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(prefix, 'node_modules', name, 'bin/node');
  if (!existsSync(program)) await execute(['npm', 'install', '--prefix', prefix, ...quiet, `${name}@${version}`]);
  return program;
}

/** Bundles and packs this checkout and installs the package by npm, as a user would. Gives the path of the installed command. */
export async function installPackage(directory: string): Promise<string> {
  await makeBundle();
  const [{ filename } = { filename: '' }]: readonly { filename: string }[] = JSON.parse(
    await execute(['npm', 'pack', '--json', '--pack-destination', directory], { cwd: root }),
  );
  await execute(['npm', 'install', '--prefix', directory, ...quiet, join(directory, filename)]);
  return join(directory, 'node_modules/.bin/wherry');
}

/** The environment in which `#!/usr/bin/env node` is this Node. */
export function withNode(program: string): { PATH: string } {
  return { PATH: `${dirname(program)}:${process.env.PATH}` };
}
