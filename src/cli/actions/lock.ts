import { counted } from '../../count.ts';
import { type LockReport, lockProject } from '../../pipeline-lock.ts';
import type { LockFlags } from '../commands/lock.ts';
import { type BuildFlags, buildRequest } from '../options.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry lock`: completes, renews or checks wherry.lock; gives the exit status. */
export async function runLock(directory: string | undefined, flags: BuildFlags & LockFlags, terminal: Terminal): Promise<number> {
  const ctx = await terminal.context();
  const report = await lockProject(buildRequest(directory, flags, terminal), {
    update: flags.update === true,
    check: flags.check === true,
    ctx,
  });
  terminal.finish();
  if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, ...report }, null, 2)}\n`);
  else if (!terminal.quiet() || report.problems.length > 0) terminal.err(describe(report));
  return report.problems.length === 0 ? 0 : 1;
}

function describe({ file, changes, problems, written }: LockReport): string {
  const lines = [...changes.map((change) => `  ${change}`), ...problems.map((problem) => `  problem: ${problem}`)];
  const verdict =
    problems.length > 0
      ? `${counted(problems.length, 'problem')}; run wherry lock --update`
      : written
        ? `wrote ${file}`
        : `${file} is complete and up to date`;
  return `${[...lines, verdict].join('\n')}\n`;
}
