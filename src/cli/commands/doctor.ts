import type { AddCommand } from '../command.ts';

export const addDoctor: AddCommand = (program, { terminal, done }) => {
  program
    .command('doctor')
    .description('Say what Wherry finds on this machine, and what is lost without it')
    .action(async () => {
      const { runDoctor } = await import('../actions/doctor.ts');
      done(await runDoctor(terminal));
    });
};
