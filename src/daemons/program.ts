import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ToolError } from '../errors/index.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProgramCall {
  /** First the program, which is looked for in PATH. */
  readonly command: readonly [string, ...string[]];
  readonly env: Environment;
  readonly signal?: AbortSignal;
  /** Given to its stdin. */
  readonly input?: Readable;
}

export interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, whatever its exit status. Throws DAEMON_UNREACHABLE if it is not installed; errors of `input` pass through. */
export async function runProgram({ command: [program, ...args], env, signal, input }: ProgramCall): Promise<Ended> {
  const child = spawn(program, args, { env: { ...env }, ...(signal && { signal }), stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(signal?.aborted ? signal.reason : missing(program, cause)));
    child.once('close', resolve);
  });
  const fed = feed(input ?? Readable.from([]), child.stdin).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  const [status] = await Promise.all([ended, fed]);
  return { status, ...output };
}

/** The same, where only success will do. Throws DAEMON_REFUSED with the program's own words. */
export async function mustRun(call: ProgramCall): Promise<string> {
  const ended = await runProgram(call);
  if (ended.status === 0) return ended.out;
  throw programFailed(call.command, ended.err);
}

/** The error for a program that gave up. */
export function programFailed([program, ...args]: ProgramCall['command'], err: string): ToolError {
  return new ToolError('DAEMON_REFUSED', `${program} ${args[0]} failed`, {
    details: err.trim().split('\n').slice(-5),
    hint: `run ${program} ${program === 'ctr' ? 'version' : 'info'} to see whether it works`,
  });
}

/** A program may stop reading early; its exit status then says why. */
async function feed(input: Readable, stdin: NodeJS.WritableStream): Promise<void> {
  await pipeline(input, stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

export function missing(program: string, cause: Error): ToolError {
  return new ToolError('DAEMON_UNREACHABLE', `cannot start ${program}`, {
    hint: `install ${program}, or write a file instead: wherry build --tar FILE`,
    cause,
  });
}
