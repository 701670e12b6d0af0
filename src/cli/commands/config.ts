import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags } from '../options.ts';

export const addConfig: AddCommand = (program, { terminal }) => {
  addBuildOptions(program.command('config'))
    .description('Print every setting, its value and where it comes from')
    .argument('[directory]', 'the project (default: here)')
    .action(async (directory: string | undefined, flags: BuildFlags) => {
      const { runConfig } = await import('../actions/config.ts');
      await runConfig(directory, flags, terminal);
    });
};
