import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execute } from './execute.ts';
import { once } from './once.ts';

/** The checkout. */
export const checkout = join(import.meta.dirname, '../..');

/** Node 24, as the project brings it. */
export const node = join(checkout, 'node_modules/node/bin/node');

export interface Outcome {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command under way. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Beside what `passed` lets through; undefined unsets. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** What a build may know of this machine: how it reaches the network. Not CI, no credentials, no caches. */
const passed =
  /^(?:PATH|LANG|SSL_CERT_FILE|SSL_CERT_DIR|NODE_EXTRA_CA_CERTS|(?:https?|no)_proxy|WHERRY_DEBIAN(?:_SECURITY)?_MIRROR|npm_config_registry)$/i;

function environment(extra: RunOptions['env'] = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => passed.test(name));
  return Object.fromEntries([...kept, ...Object.entries(extra)].filter(([, value]) => value !== undefined));
}

/** Starts a program and collects what it writes. */
export function start(command: readonly string[], options: RunOptions = {}): Running {
  const [program = '', ...args] = command;
  const child = spawn(program, args, { cwd: options.cwd, env: environment(options.env), stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    text.err += chunk;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, ...text }));
  });
  return { child, ended };
}

/** Starts Wherry from the sources: one process, the one that is returned, so that it can be sent signals. */
export function startWherry(args: readonly string[], options: RunOptions = {}): Running {
  return start([join(checkout, 'bin/wherry'), ...args], options);
}

/** Runs Wherry from the sources to its end. */
export async function wherry(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return await startWherry(args, options).ended;
}

/** Makes the bundle as it is published, below dist/, once in a run: others start it while it would be made anew. */
export async function makeBundle(): Promise<void> {
  await once('bundle', async () => void (await execute(['npm', 'run', '--silent', 'build'], { cwd: checkout })));
}

/** Starts the bundle, which loads in half the time. `makeBundle` comes first. */
export function startBundle(args: readonly string[], options: RunOptions = {}): Running {
  const env = { NODE_COMPILE_CACHE: join(checkout, '.cache/compile'), ...options.env };
  return start([node, join(checkout, 'dist/cli/main.js'), ...args], { ...options, env });
}

/** Runs a command that must succeed; its stdout. */
export async function succeed(running: Running): Promise<string> {
  const { status, out, err } = await running.ended;
  if (status !== 0) throw new Error(`${running.child.spawnargs.join(' ')} ended with ${status}:\n${out}${err}`);
  return out;
}

/** The digest in the line that `wherry build` prints. */
export function digestIn(out: string): string {
  const [, digest] = /^\S+@(sha256:[0-9a-f]{64})$/m.exec(out) ?? [];
  if (digest === undefined) throw new Error(`no digest in ${JSON.stringify(out)}`);
  return digest;
}

/** Names of all files below a directory. */
export function filesBelow(directory: string): string[] {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
}
