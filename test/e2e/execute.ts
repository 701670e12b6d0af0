import { spawn } from 'node:child_process';

export interface ExecuteOptions {
  readonly cwd?: string;
  /** The whole environment; that of this process if not given. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds until the program is killed. */
  readonly timeout?: number;
}

export interface Executed {
  /** Exit status, or the signal that ended the program. */
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program without input to its end. */
export function attempt(command: readonly string[], { cwd, env = process.env, timeout }: ExecuteOptions = {}): Promise<Executed> {
  const [program = '', ...args] = command;
  const given = { ...(cwd !== undefined && { cwd }), ...(timeout !== undefined && { timeout }) };
  const child = spawn(program, args, { ...given, env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'], killSignal: 'SIGKILL' });
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  child.stdout.on('data', (chunk: Buffer) => written.stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => written.stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const [stdout, stderr] = [Buffer.concat(written.stdout).toString(), Buffer.concat(written.stderr).toString()];
      resolve({ status: code ?? signal ?? 'unknown', stdout, stderr });
    });
  });
}

/** The same for a program that must end with 0; gives its stdout. */
export async function execute(command: readonly string[], options: ExecuteOptions = {}): Promise<string> {
  const { status, stdout, stderr } = await attempt(command, options);
  if (status !== 0) throw new Error(`${command.slice(0, 3).join(' ')} … ended with ${status}\n${stdout}${stderr}`);
  return stdout;
}
