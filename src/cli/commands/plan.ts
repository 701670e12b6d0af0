import type { AddCommand } from '../command.ts';
import { addBuildOptions, type BuildFlags } from '../options.ts';

/** Flags of `wherry plan` beside those that choose what is built. */
export interface PlanFlags {
  readonly explain?: boolean;
  readonly tags?: boolean;
}

export const addPlan: AddCommand = (program, { terminal }) => {
  addBuildOptions(program.command('plan'))
    .description('Say what would be built, without building it')
    .argument('[directory]', 'the project (default: here)')
    .option('--explain', 'every package, layer and decision with its reason')
    .option('--tags', 'only the references that the image would get')
    .action(async (directory: string | undefined, flags: BuildFlags & PlanFlags) => {
      const { runPlan } = await import('../actions/plan.ts');
      await runPlan(directory, flags, terminal);
    });
};
