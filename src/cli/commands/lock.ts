import { type LockReport, lockProject } from '../../pipeline-lock.ts';
import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags, buildRequest } from '../options.ts';

export const addLock: AddCommand = (program, { terminal, done }) => {
  addBuildOptions(program.command('lock'))
    .description('Write wherry.lock: bases, their packages and sizes')
    .argument('[directory]', 'the project (default: here)')
    .option('--update', 'look everything up again, even what is locked')
    .option('--check', 'check that wherry.lock is complete and still true; write nothing')
    .action(async (directory: string | undefined, flags: BuildFlags & { update?: boolean; check?: boolean }) => {
      const ctx = await terminal.context();
      const report = await lockProject(buildRequest(directory, flags, terminal), {
        update: flags.update === true,
        check: flags.check === true,
        ctx,
      });
      terminal.finish();
      if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, ...report }, null, 2)}\n`);
      else if (flags.quiet !== true || report.problems.length > 0) terminal.err(describe(report));
      done(report.problems.length === 0 ? 0 : 1);
    });
};

function describe({ file, changes, problems, written }: LockReport): string {
  const lines = [...changes.map((change) => `  ${change}`), ...problems.map((problem) => `  problem: ${problem}`)];
  const verdict =
    problems.length > 0
      ? `${problems.length} problems; run wherry lock --update`
      : written
        ? `wrote ${file}`
        : `${file} is complete and up to date`;
  return `${[...lines, verdict].join('\n')}\n`;
}
