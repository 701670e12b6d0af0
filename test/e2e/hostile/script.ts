import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * A script of an attacker who got as far as any JavaScript in the process of a build backend. Takes `Targets` on stdin, prints for each
 * attempt what came of it.
 */

/** What there is to be got at. */
interface Targets {
  readonly file: string;
  readonly port: number;
  readonly socket: string;
  readonly addon: string;
  readonly parent: number;
}

const targets = JSON.parse(readFileSync(0, 'utf8')) as Targets;
const load = createRequire(import.meta.url);
type Loose = Record<string, (...values: readonly unknown[]) => unknown>;
const loose = process as unknown as Loose;
const module = (name: string) => load(name) as Loose;

const attempts: Readonly<Record<string, () => unknown>> = {
  'read: fs': () => module('fs').readFileSync?.(targets.file),
  'read: fs as bytes': () => module('fs').readFileSync?.(Buffer.from(targets.file)),
  'read: fs by URL': () => module('fs').readFileSync?.(new URL(`file://${targets.file}`)),
  'read: open': () => module('fs').openSync?.(targets.file),
  'read: promises': () => (load('fs/promises') as Loose).readFile?.(targets.file),
  'read: stream': () => new Promise((resolve, reject) => load('fs').createReadStream(targets.file).on('data', resolve).on('error', reject)),
  'read: list': () => module('fs').readdirSync?.('/root'),
  'read: dots': () => module('fs').readFileSync?.(`${process.argv[1]}/../../../../../../../../../..${targets.file}`),
  'read: require': () => load(targets.file),
  'read: import': () => import(targets.file),
  'read: binding': () => (loose.binding?.('fs') as Loose | undefined)?.open?.(targets.file, 0, 0),
  'read: linked binding': () => loose._linkedBinding?.('fs'),
  'read: sqlite': () => new (load('node:sqlite').DatabaseSync)(targets.file).prepare('select 1').get(),
  'read: environment file': () => loose.loadEnvFile?.(targets.file),
  'read: copy': () => module('fs').cpSync?.(targets.file, '/tmp/copy'),
  'write: fs': () => module('fs').writeFileSync?.('/tmp/wherry-hostile', ''),
  'write: report': () => (process.report as unknown as Loose).writeReport?.('/tmp/wherry-hostile'),
  'write: heap': () => module('v8').writeHeapSnapshot?.('/tmp/wherry-hostile'),
  'program: spawn': () => succeeded(module('child_process').spawnSync?.('/bin/true')),
  'program: shell': () => module('child_process').execSync?.('true'),
  'program: fork': () => module('child_process').fork?.(targets.file),
  'program: binding': () => (loose.binding?.('spawn_sync') as Loose | undefined)?.spawn?.({ file: '/bin/true', args: ['true'] }),
  'program: execve': () => loose.execve?.('/bin/true', ['true'], {}),
  'program: cluster': () => module('cluster').fork?.(),
  'program: worker': () => new (load('worker_threads').Worker)(targets.file),
  'program: inspector': () => (load('inspector') as Loose).open?.(0),
  'addon: require': () => load(targets.addon),
  'addon: dlopen': () => loose.dlopen?.({ exports: {} }, targets.addon),
  'addon: sqlite': () => new (load('node:sqlite').DatabaseSync)(':memory:', { allowExtension: true }).loadExtension(targets.addon),
  'addon: wasi': () => new (load('wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } }).wasiImport.path_open(),
  'environment: process': () => secretIn(JSON.stringify(process.env)),
  'environment: report': () => secretIn(JSON.stringify(process.report.getReport())),
  'environment: own': () => module('fs').readFileSync?.('/proc/self/environ'),
  'environment: parent': () => module('fs').readFileSync?.(`/proc/${targets.parent}/environ`),
  'socket: loopback': () => connected({ port: targets.port, host: '127.0.0.1' }),
  'socket: address': () => connected({ port: 53, host: '192.0.2.1', timeout: 2000 }),
  'socket: file': () => connected({ path: targets.socket }),
  'socket: fetch': () => fetch(`http://127.0.0.1:${targets.port}/`),
  'socket: datagram': () => sent(targets.port),
  'process: signal': () => process.kill(targets.parent, 0),
  'process: debugger': () => loose._debugProcess?.(targets.parent),
};

function secretIn(text: string): string {
  if (!text.includes('wherry-secret')) throw new Error('no secret');
  return 'found';
}

function succeeded(result: unknown): unknown {
  const { error } = result as { readonly error?: Error };
  if (error !== undefined) throw error;
  return result;
}

function connected(where: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = load('net').connect(where);
    socket.on('connect', () => resolve('connected'));
    socket.on('timeout', () => reject(new Error('ETIMEDOUT')));
    socket.on('error', reject);
  });
}

function sent(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = load('dgram').createSocket('udp4').on('error', reject);
    socket.send('x', port, '127.0.0.1', (error: unknown) => (error ? reject(error) : resolve('sent')));
  });
}

async function outcomeOf(attempt: () => unknown): Promise<string> {
  try {
    const result = await attempt();
    return result === undefined ? 'failed: not there' : `done: ${String(result).slice(0, 60)}`;
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message?: string };
    return `failed: ${code ?? ''} ${message ?? ''}`.slice(0, 160);
  }
}

const outcomes: Record<string, string> = {};
for (const [name, attempt] of Object.entries(attempts)) outcomes[name] = await outcomeOf(attempt);
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));
