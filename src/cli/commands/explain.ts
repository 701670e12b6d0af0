import { suggest } from '../../config/suggest.ts';
import { type ErrorCode, errorCatalog, ToolError } from '../../errors/index.ts';

import type { AddCommand } from '../command.ts';

export const addExplain: AddCommand = (program, { terminal }) => {
  program
    .command('explain')
    .description('Say what an error code means and what to do about it')
    .argument('<code>', 'for example LOCK_STALE')
    .action((text: string) => {
      const code = text.toUpperCase();
      if (!isCode(code)) {
        const near = suggest(code, Object.keys(errorCatalog).map(keyOf))?.replaceAll('-', '_').toUpperCase();
        const hint = near === undefined ? 'docs/reference/errors.md lists every code' : `did you mean ${near}?`;
        throw new ToolError('USAGE', `there is no error code ${code}`, { hint });
      }
      const entry = errorCatalog[code];
      if (terminal.json()) return terminal.out(`${JSON.stringify({ schemaVersion: 1, code, ...entry }, null, 2)}\n`);
      terminal.out(`${code}: ${entry.title} (exit status ${entry.exit})\n\nwhy   ${entry.cause}\nfix   ${entry.fix}\n`);
    });
};

/** As configuration keys are written: the form that `suggest` compares. */
function keyOf(code: string): string {
  return code.toLowerCase().replaceAll('_', '-');
}

function isCode(text: string): text is ErrorCode {
  return Object.hasOwn(errorCatalog, text);
}
