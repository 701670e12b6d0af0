import { type SpawnOptions, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Programs installed by scripts/setup-e2e come first. */
const path = `${join(import.meta.dirname, '../../.cache/bin')}:${process.env.PATH}:/usr/sbin:/sbin`;

export interface Outcome {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

export interface Started {
  readonly pid: number;
  readonly ended: Promise<Outcome>;
  /** What it wrote so far. */
  out(): string;
  /** Writes to its stdin, if that is a pipe. */
  write(text: string): void;
  /** Closes its stdin. */
  end(): void;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program and collects what it writes. */
export function start(command: readonly string[], options: SpawnOptions = {}): Started {
  const [program = '', ...args] = command;
  const env = { ...process.env, PATH: path, ...options.env };
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options, env });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk) => {
    text.out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    text.err += chunk;
  });
  const ended = new Promise<Outcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, ...text }));
  });
  return {
    pid: child.pid ?? 0,
    ended,
    out: () => text.out,
    write: (line) => void child.stdin?.write(line),
    end: () => void child.stdin?.end(),
    kill: (signal) => void child.kill(signal),
  };
}

/** Runs a program to its end; throws with its words if it fails. */
export async function run(command: readonly string[], options: SpawnOptions = {}): Promise<string> {
  const { status, out, err } = await start(command, options).ended;
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${status}:\n${out}${err}`);
  return out;
}

/** Waits until something is true; throws after half a minute. */
export async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Processes whose command line holds a text. */
export function processesWith(text: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.filter((pid) => commandLine(pid).includes(text)).map(Number);
}

function commandLine(pid: string): string {
  const file = `/proc/${pid}/cmdline`;
  try {
    return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
  } catch {
    return '';
  }
}
