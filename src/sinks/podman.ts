import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ToolError } from '../errors/index.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface PodmanCall {
  readonly args: readonly string[];
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Given to podman's stdin. */
  readonly input?: Readable;
}

/** Runs `podman` and gives its stdout. Throws DAEMON_UNREACHABLE if it is not installed, DAEMON_REFUSED with its own words if it fails. */
export async function podman({ args, env, signal, input }: PodmanCall): Promise<string> {
  const child = spawn('podman', args, { env: { ...env }, signal, stdio: ['pipe', 'pipe', 'pipe'] });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk) => {
    output.out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output.err += chunk;
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', (cause) => reject(signal.aborted ? signal.reason : missing(cause)));
    child.once('close', resolve);
  });
  const fed = feed(input ?? Readable.from([]), child.stdin).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  const [code] = await Promise.all([ended, fed]);
  if (code === 0) return output.out;
  throw new ToolError('DAEMON_REFUSED', `podman ${args[0]} failed`, {
    details: lastLines(output.err),
    hint: 'check the output of podman info',
  });
}

/** Podman may stop reading early; its exit status then says why. */
async function feed(input: Readable, stdin: NodeJS.WritableStream): Promise<void> {
  await pipeline(input, stdin).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

function lastLines(text: string): string[] {
  return text.trim().split('\n').slice(-5);
}

function missing(cause: Error): ToolError {
  return new ToolError('DAEMON_UNREACHABLE', 'cannot start podman', {
    hint: 'install podman, or write a file instead: wherry build --tar FILE',
    cause,
  });
}
