#!/usr/bin/env node
import { createProgram } from './program.ts';
import { errorJson, exitStatusOf, renderError } from './render/error.ts';
import { createTerminal } from './terminal.ts';

/** argv → exit status. The only place that ends the process. */
async function main(argv: readonly string[]): Promise<number> {
  const controller = new AbortController();
  const terminal = createTerminal(process, controller.signal);
  const interrupt = (): void => controller.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await createProgram(terminal)(argv);
  } catch (error) {
    terminal.finish();
    if (terminal.json()) terminal.out(`${JSON.stringify(errorJson(error), null, 2)}\n`);
    terminal.err(renderError(error, terminal.palette));
    return controller.signal.aborted ? 130 : exitStatusOf(error);
  }
}

process.exitCode = await main(process.argv.slice(2));
