import { ToolError } from '../errors/index.ts';
import { createProgram } from './program.ts';
import { errorJson, exitStatusOf, renderError } from './render/error.ts';
import { createTerminal } from './terminal.ts';

/** argv → exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const controller = new AbortController();
  const terminal = createTerminal(process, controller.signal);
  const interrupt = (): void => controller.abort(interrupted());
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', allowClosed);
  try {
    return await createProgram(terminal)(argv);
  } catch (thrown) {
    // After a signal everything fails in its own way; the signal is the reason.
    const { aborted, reason } = controller.signal;
    const error: unknown = aborted ? reason : thrown;
    terminal.finish();
    // A line that could not be parsed has set no flag yet.
    if (terminal.json() || argv.includes('--json')) terminal.out(`${JSON.stringify(errorJson(error), null, 2)}\n`);
    terminal.err(renderError(error, terminal.palette));
    return exitStatusOf(error);
  }
}

/** A reader may stop early, as `head` does: nobody misses the rest. */
function allowClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function interrupted(): ToolError {
  return new ToolError('INTERRUPTED', 'the command was stopped by a signal', {
    hint: 'run it again: what was finished is kept in the store',
  });
}
