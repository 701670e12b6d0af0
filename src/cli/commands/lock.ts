import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags } from '../options.ts';

/** Flags of `wherry lock` beside those that choose what is locked. */
export interface LockFlags {
  readonly update?: boolean;
  readonly check?: boolean;
}

export const addLock: AddCommand = (program, { terminal, done }) => {
  addBuildOptions(program.command('lock'))
    .description('Write wherry.lock: bases, their packages and sizes')
    .argument('[directory]', 'the project (default: here)')
    .option('--update', 'look everything up again, even what is locked')
    .option('--check', 'check that wherry.lock is complete and still true; write nothing')
    .action(async (directory: string | undefined, flags: BuildFlags & LockFlags) => {
      const { runLock } = await import('../actions/lock.ts');
      done(await runLock(directory, flags, terminal));
    });
};
