import { counted } from '../../count.ts';
import type { AddCommand } from '../command.ts';
import { formatSize } from '../format.ts';

/** Loaded when a command runs, so that help and the other commands start without it. */
const store = () => import('../../store/index.ts');

export const addCache: AddCommand = (program, { terminal, done }) => {
  const cache = program.command('cache').description('Look after the store');
  cache
    .command('dir')
    .description('Print where the store lies')
    .action(async () => terminal.out(`${(await store()).storeDirectory(terminal.env)}\n`));
  cache
    .command('size')
    .description('Print how much the store holds')
    .action(async () => {
      const { sizeOfStore, storeDirectory } = await store();
      const size = await sizeOfStore(storeDirectory(terminal.env));
      terminal.out(
        terminal.json()
          ? `${JSON.stringify({ schemaVersion: 1, ...size })}\n`
          : `${formatSize(size.bytes)} in ${counted(size.blobs, 'blob')}\n`,
      );
    });
  cache
    .command('prune')
    .description('Remove what was not used for a while')
    .option('--days <n>', 'unused for this many days', '30')
    .option('--all', 'remove everything')
    .action(async (flags: { days: string; all?: boolean }) => {
      const { pruneStore, storeDirectory } = await store();
      const directory = storeDirectory(terminal.env);
      const freed = await pruneStore(directory, flags.all === true ? { all: true } : { olderThanDays: Number(flags.days) });
      terminal.err(`removed ${counted(freed.files, 'file')}, ${formatSize(freed.bytes)}\n`);
    });
  cache
    .command('verify')
    .description('Hash every blob again and check every record')
    .action(async () => {
      const { storeDirectory, verifyStore } = await store();
      const check = await verifyStore(storeDirectory(terminal.env));
      if (terminal.json()) terminal.out(`${JSON.stringify({ schemaVersion: 1, ...check })}\n`);
      for (const problem of check.problems) terminal.err(`${problem}\n`);
      terminal.err(
        `${counted(check.blobs, 'blob')} and ${counted(check.layers, 'layer record')} checked, ${counted(check.problems.length, 'problem')}\n`,
      );
      done(check.problems.length === 0 ? 0 : 1);
    });
};
