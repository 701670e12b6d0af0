import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from './execute.ts';
import { root } from './product.ts';

/** Lowest and highest version that `engines` of package.json admits; the highest is that of the day when this line was written. */
export const nodeVersions = ['22.22.2', '26.10.0'] as const;

/** Path of a Node of exactly this version, installed by npm below .cache when it is first asked for. */
export async function nodeProgram(version: string): Promise<string> {
  const prefix = join(root, '.cache/node', version);
  const name = `node-${process.platform}-${process.arch}`;
  const program = join(prefix, 'node_modules', name, 'bin/node');
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  if (!existsSync(program)) await execute(['npm', 'install', '--prefix', prefix, ...quiet, `${name}@${version}`]);
  return program;
}

/** Makes dist/, which is what an installed package runs, and gives the command on one Node. */
export async function bundled(version: string): Promise<string[]> {
  await execute(['npm', 'run', '--silent', 'build'], { cwd: root });
  return [await nodeProgram(version), join(root, 'dist/cli/main.js')];
}
