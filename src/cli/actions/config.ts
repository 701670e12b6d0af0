import { resolve } from 'node:path';
import { loadConfig } from '../../config/index.ts';
import { readProject } from '../../project/index.ts';
import { formatTable } from '../format.ts';
import { type BuildFlags, buildRequest } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry config`: prints every setting with its origin. */
export async function runConfig(directory: string | undefined, flags: BuildFlags, terminal: Terminal): Promise<void> {
  const project = await readProject(resolve(terminal.cwd, directory ?? '.'));
  const { images, origins } = await loadConfig({
    project,
    env: terminal.env,
    flags: buildRequest(directory, flags, terminal).flags,
  });
  if (terminal.json()) return terminal.out(`${JSON.stringify({ schemaVersion: 1, images, origins }, null, 2)}\n`);
  const rows = origins.map((item) => [item.image, item.key, JSON.stringify(item.value), item.origin]);
  terminal.out(`${formatTable(rows)}\n`);
}
