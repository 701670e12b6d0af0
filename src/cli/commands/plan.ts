import { planImages } from '../../pipeline.ts';
import type { AddCommand } from '../command.ts';
import { explainPlan } from '../explain-plan.ts';
import { addBuildOptions, type BuildFlags, buildRequest } from '../options.ts';
import { planJson } from '../plan-json.ts';
import { references } from '../references.ts';

export const addPlan: AddCommand = (program, { terminal }) => {
  addBuildOptions(program.command('plan'))
    .description('Say what would be built, without building it')
    .argument('[directory]', 'the project (default: here)')
    .option('--explain', 'every package, layer and decision with its reason')
    .option('--tags', 'only the references that the image would get')
    .action(async (directory: string | undefined, flags: BuildFlags & { explain?: boolean; tags?: boolean }) => {
      const ctx = await terminal.context();
      const planned = await planImages(buildRequest(directory, flags, terminal), ctx);
      terminal.finish();
      if (flags.tags === true) return terminal.out(`${planned.flatMap(({ config }) => references(config, undefined)).join('\n')}\n`);
      const plans = planned.flatMap((image) => image.plans);
      if (terminal.json()) return terminal.out(`${JSON.stringify(planJson(plans), null, 2)}\n`);
      for (const plan of plans) terminal.out(explainPlan(plan, { full: flags.explain === true }));
    });
};
