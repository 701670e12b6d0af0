import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { BrokenFrame, encodeFrame, type Frame, FrameReader } from '../frames.ts';
import type { BuildLimits } from '../types.ts';
import { type News, type Order, readNews } from '../wire.ts';
import type { SandboxCommand } from './command.ts';
import { residentBytes } from './memory.ts';

/** Why a child ended before its work was done. */
export type Ending = 'time' | 'memory' | 'broken' | 'exit';

/** A message of a child; `news` is undefined if it is none of those that are known. */
export interface Received {
  readonly news: News | undefined;
  readonly body: Uint8Array;
}

/** A child process that talks in frames. */
export interface Child {
  send(order: Order, body?: Uint8Array): Promise<void>;
  /** What the child says next; undefined when it has ended. */
  next(): Promise<Received | undefined>;
  /** Why it ended. */
  readonly ending: () => { readonly reason: Ending; readonly stderr: string };
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

const maxErrorText = 8192;
/** Milliseconds between two looks at the memory. */
const interval = 250;

/** Starts a child under its limits; an aborted `signal` ends it. */
export function startChild(command: SandboxCommand, limits: BuildLimits, signal: AbortSignal): Child {
  // unshare and the tools that it runs are looked for in the usual places, whatever PATH says.
  const env = { TZ: 'UTC', PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
  const child = spawn(command.program, [...command.arguments], { env, stdio: ['pipe', 'pipe', 'pipe'], cwd: '/', windowsHide: true });
  const state = { reason: 'exit' as Ending, stderr: '' };
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', (error) => {
      state.stderr += error.message;
      resolve();
    });
  });
  const kill = (reason: Ending) => {
    state.reason = reason;
    child.kill('SIGKILL');
  };
  watchOver(child, { limits, signal, kill, gone });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    state.stderr = (state.stderr + text).slice(-maxErrorText);
  });
  // A child that ended early: what it says last tells why.
  child.stdin.on('error', () => undefined);
  const frames = framesOf(child, kill, gone);
  return {
    send: (order, body) => sendFrame(child.stdin, encodeFrame(order, body)),
    next: async () => {
      const { value, done } = await frames.next();
      return done ? undefined : { news: readNews(value.header), body: value.body };
    },
    ending: () => state,
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

interface Watch {
  readonly limits: BuildLimits;
  readonly signal: AbortSignal;
  readonly kill: (reason: Ending) => void;
  readonly gone: Promise<void>;
}

function watchOver(child: ChildProcess, { limits, signal, kill, gone }: Watch): void {
  const timer = setTimeout(() => kill('time'), limits.milliseconds);
  const memory = setInterval(() => {
    if (child.pid !== undefined && (residentBytes(child.pid) ?? 0) > limits.bytes) kill('memory');
  }, interval);
  const abort = () => child.kill('SIGKILL');
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  void gone.then(() => {
    clearTimeout(timer);
    clearInterval(memory);
    signal.removeEventListener('abort', abort);
  });
}

async function sendFrame(stdin: Writable, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) {
    if (piece.length === 0 || stdin.destroyed || stdin.write(piece)) continue;
    await new Promise<void>((resolve) => {
      const done = () => {
        stdin.off('drain', done).off('close', done).off('error', done);
        resolve();
      };
      stdin.on('drain', done).on('close', done).on('error', done);
    });
  }
}

async function* framesOf(child: ChildProcess, kill: (reason: Ending) => void, gone: Promise<void>): AsyncGenerator<Frame, undefined> {
  const reader = new FrameReader();
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) yield* reader.push(piece);
  } catch (error) {
    if (!(error instanceof BrokenFrame)) throw error;
    kill('broken');
  }
  await gone;
  return undefined;
}
