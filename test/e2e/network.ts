import { readlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { run, start, until } from './command.ts';

/** A port of loopback where nothing listens. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { readonly port: number };
  await new Promise((done) => server.close(done));
  return port;
}

const memory = 'mount -t tmpfs tmpfs /var/tmp && TMPDIR=/var/tmp';

/**
 * The same command in a network of its own, where only loopback is up: its ports are never taken, and it reaches nothing. Images are unpacked into
 * memory, which is many times faster than a busy disk.
 */
export function inOwnNetwork(command: readonly string[]): readonly string[] {
  return ['unshare', '--net', '--mount', '--', 'sh', '-c', `busybox ip link set lo up && ${memory} exec "$@"`, 'sh', ...command];
}

/** The same command with the host's network, and images unpacked into memory. */
export function inMemory(command: readonly string[]): readonly string[] {
  return ['unshare', '--mount', '--', 'sh', '-c', `${memory} exec "$@"`, 'sh', ...command];
}

/** A network where only loopback is up, for several programs. */
export interface Network {
  /** A process in it. */
  readonly pid: number;
  /** The same command inside of it. */
  inside(command: readonly string[]): readonly string[];
  close(): void;
}

/** Makes a network that lasts until it is closed. */
export async function makeNetwork(): Promise<Network> {
  const holder = start(['unshare', '--net', '--', 'sh', '-c', 'busybox ip link set lo up && echo up && exec sleep infinity']);
  await until('the network is up', () => holder.out() === 'up\n');
  return {
    pid: holder.pid,
    inside: (command) => ['nsenter', `--net=/proc/${holder.pid}/ns/net`, '--', ...command],
    close: () => holder.kill('SIGKILL'),
  };
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
  /** Seconds until an answer must be there; default 60. */
  readonly patience?: number;
}

/** Fetches in the network of a process, waiting until something listens; throws if nothing answers in time. */
export async function fetchIn(pid: number, url: string, { patience = 60, ...options }: FetchOptions = {}): Promise<Answer> {
  return JSON.parse(await programIn(pid, 'fetcher.ts', url, JSON.stringify(options), String(patience))) as Answer;
}

/** Runs a program of this folder in the network of a process, once that has one of its own; what it prints. */
export async function programIn(pid: number, program: string, ...args: readonly string[]): Promise<string> {
  const own = await readlink('/proc/self/ns/net');
  await until(`process ${pid} has a network of its own`, async () => (await readlink(`/proc/${pid}/ns/net`)) !== own);
  const command = [process.execPath, join(import.meta.dirname, program), ...args];
  return await run(['nsenter', `--net=/proc/${pid}/ns/net`, '--', ...command]);
}
