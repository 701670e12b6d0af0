import { join } from 'node:path';
import { start, until } from '../test/e2e/command.ts';
import { atEnd } from './endings.ts';

/** Starts the caching file server as a process of its own; gives its origin. */
export async function startFileServer(directory: string): Promise<string> {
  const env = { ...process.env, NODE_USE_ENV_PROXY: '1' };
  const server = start(['setpriv', '--pdeathsig', 'TERM', process.execPath, join(import.meta.dirname, 'fileServer.ts'), directory], {
    env,
    detached: true,
  });
  atEnd(async () => {
    server.kill('SIGTERM');
    await server.ended;
  });
  await until('the file server listens', () => server.out().includes('\n'));
  return server.out().trim();
}

/** A URL as the file server has it. */
export function throughServer(url: string, origin: string): string {
  return url.replace(/^(https?):\/\//, `${origin}/$1/`);
}

/** A uv.lock whose registries and files are those of the file server. */
export function lockThroughServer(lock: string, origin: string): string {
  return lock.replace(
    /\b(registry|url) = "(https?:\/\/[^"]+)"/g,
    (_, key: string, url: string) => `${key} = "${throughServer(url, origin)}"`,
  );
}

/** The registry that a lock names, as uv's default index. */
export function indexTable(lock: string): string {
  const [, url] = /\bregistry = "(https?:\/\/[^"]+)"/.exec(lock) ?? [];
  return url === undefined ? '' : `\n[[tool.uv.index]]\nurl = "${url}"\ndefault = true\n`;
}
