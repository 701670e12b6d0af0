import { readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { run, until } from './command.ts';

/** A port of loopback where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { readonly port: number };
  await new Promise((done) => server.close(done));
  return port;
}

/**
 * The same command in a network of its own, where only loopback is up: its ports are never taken, and it reaches nothing. Images are unpacked into
 * memory, which is many times faster than a busy disk.
 */
export function inOwnNetwork(command: readonly string[]): readonly string[] {
  const script = 'busybox ip link set lo up && mount -t tmpfs tmpfs /var/tmp && TMPDIR=/var/tmp exec "$@"';
  return ['unshare', '--net', '--mount', '--', 'sh', '-c', script, 'sh', ...command];
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface FetchOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Fetches in the network of a process, waiting until something listens; throws after a minute without an answer. */
export async function fetchIn(pid: number, url: string, options: FetchOptions = {}): Promise<Answer> {
  const own = await readlink('/proc/self/ns/net');
  await until(`process ${pid} has a network of its own`, async () => (await readlink(`/proc/${pid}/ns/net`)) !== own);
  const fetcher = [process.execPath, join(import.meta.dirname, 'fetcher.ts'), url, JSON.stringify(options)];
  return JSON.parse(await run(['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...fetcher])) as Answer;
}
