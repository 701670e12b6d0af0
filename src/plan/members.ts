import type { SelectedPackage } from '../select/types.ts';
import { planUvBuild } from '../uvbuild/index.ts';
import { builtLayer } from './built.ts';
import { filesLayer } from './entries.ts';
import type { PlanInput } from './input.ts';
import type { MaterialCollector } from './materials.ts';
import type { Bytecode } from './recipe.ts';
import type { LayerPlan } from './types.ts';

export interface MembersOptions {
  readonly materials: MaterialCollector;
  readonly bytecode: Bytecode | undefined;
}

/**
 * One layer per source tree of this machine, the project itself last: for `uv_build` what an installer would write for the wheel that it makes,
 * for other backends the wheel that they make.
 */
export function planMembers(input: PlanInput, { materials, bytecode }: MembersOptions): LayerPlan[] {
  const own = input.project.member?.path;
  const local = input.selection.packages.filter((item) => item.artifact.kind === 'local');
  const isOwn = (item: SelectedPackage): boolean => item.artifact.kind === 'local' && item.artifact.path === own;
  const ordered = [...local.filter((item) => !isOwn(item)), ...local.filter(isOwn)];
  return ordered
    .map((item) => memberLayer(item, { input, materials, bytecode, kind: isOwn(item) ? 'project' : 'member' }))
    .filter((layer) => layer !== undefined);
}

interface MemberOptions extends MembersOptions {
  readonly input: PlanInput;
  readonly kind: 'project' | 'member';
}

function memberLayer(item: SelectedPackage, { input, materials, bytecode, kind }: MemberOptions): LayerPlan | undefined {
  const path = item.artifact.kind === 'local' ? item.artifact.path : '.';
  if (input.builds.has(item.name)) return builtLayer(item, { input, materials, bytecode, kind });
  const member = input.members.get(path);
  const tree = input.trees.get(path);
  if (member === undefined || tree === undefined) throw new TypeError(`no source tree of ${item.name}`);
  const texts: ReadonlyMap<string, string> = input.texts.get(path) ?? new Map();
  const built = planUvBuild({ member, tree, venv: input.image.venv, pythonMinor: input.target.pythonMinor, texts });
  materials.addTexts(built.texts);
  materials.addSources(tree, built.entries);
  return filesLayer({ kind, contents: [`${built.name} ${built.version}`], entries: built.entries, bytecode });
}
