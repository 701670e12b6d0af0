import { planImages } from '../../pipeline.ts';
import type { PlanFlags } from '../commands/plan.ts';
import { explainPlan } from '../explain-plan.ts';
import { type BuildFlags, buildRequest } from '../options.ts';
import { planJson } from '../plan-json.ts';
import { references } from '../references.ts';
import type { Terminal } from '../terminal.ts';

/** `wherry plan`: prints what a build would make. */
export async function runPlan(directory: string | undefined, flags: BuildFlags & PlanFlags, terminal: Terminal): Promise<void> {
  const ctx = await terminal.context();
  const planned = await planImages(buildRequest(directory, flags, terminal), ctx);
  terminal.finish();
  if (flags.tags === true) return terminal.out(`${planned.flatMap(({ config }) => references(config, undefined)).join('\n')}\n`);
  const plans = planned.flatMap((image) => image.plans);
  if (terminal.json()) return terminal.out(`${JSON.stringify(planJson(plans), null, 2)}\n`);
  for (const plan of plans) terminal.out(explainPlan(plan, { full: flags.explain === true }));
}
