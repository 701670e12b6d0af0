import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { ToolError } from '../errors/index.ts';

/** Signals that a person or a supervisor sends to a running container. SIGINT of a terminal reaches its whole process group by itself. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;

export interface WaitOptions {
  /** Sends a signal to the container. */
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly signal: AbortSignal;
  /** The terminal sends SIGINT and SIGQUIT to the container itself. */
  readonly terminal: boolean;
}

/** How many requests to stop are passed on before the container is killed. */
const patience = 3;

/**
 * Waits for the end of a container and passes signals on meanwhile. Resolves with its exit status, or 128 + the number of the signal that ended it.
 * Throws RUN_FAILED when the program itself cannot be started.
 */
export async function exitOf(child: ChildProcess, { kill, signal, terminal }: WaitOptions): Promise<number> {
  let requests = 0;
  let killed = false;
  const stop = (name: NodeJS.Signals) => {
    requests += 1;
    if (requests >= patience) killed = true;
    if (killed) kill('SIGKILL');
    else if (!(terminal && (name === 'SIGINT' || name === 'SIGQUIT'))) kill(name);
  };
  // The caller may abort because of a signal that is about to be passed on here as well: that one must not count twice.
  const aborted = () => {
    setImmediate(() => {
      if (requests === 0) stop('SIGTERM');
    });
  };
  for (const name of forwarded) process.on(name, stop);
  signal.addEventListener('abort', aborted);
  // What came while the container was prepared is passed on as well.
  if (signal.aborted) aborted();
  try {
    const status = await ended(child);
    return killed ? 128 + constants.signals.SIGKILL : status;
  } finally {
    for (const name of forwarded) process.off(name, stop);
    signal.removeEventListener('abort', aborted);
  }
}

function ended(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('error', (cause) => reject(new ToolError('RUN_FAILED', `cannot start ${child.spawnfile}`, { cause })));
    child.once('close', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
