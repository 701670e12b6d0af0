import { ToolError } from '../errors/index.ts';
import { normalizeName, type Specifiers } from '../packaging/index.ts';
import { dependencyGroups } from '../project/index.ts';
import type { Project } from '../project/types.ts';
import type { SelectionRequest } from '../selection-request.ts';
import { defaultGroups, definedGroups } from './settings.ts';
import { askedGroups, isWanted, type Wanted, withDefaults } from './wanted.ts';

type Defining = Pick<Project, 'rootPyproject' | 'members'> & Partial<Pick<Project, 'member'>>;

/**
 * The groups that a request asks for, and those that the project at hand has by default; a list of packages brings its own defaults. Throws
 * `GROUP_UNKNOWN` for an unknown default.
 */
export function wantedGroups({ member, members, rootPyproject }: Defining, request: SelectionRequest, ofList?: readonly string[]): Wanted {
  const asked = askedGroups(request);
  if (request.noDefaultGroups || request.onlyGroups.length > 0 || asked.all) return asked;
  if (ofList !== undefined) return withDefaults(asked, ofList);
  const [single, ...further] = request.packages.map(normalizeName);
  const chosen = further.length === 0 && single !== undefined ? members.find(({ name }) => name === single) : member;
  const pyproject = (chosen ?? member)?.pyproject ?? rootPyproject;
  // Without the setting `dev` is the only default, and images never get it by default.
  const defaults = defaultGroups(pyproject) ?? [];
  const defined = new Set(definedGroups(pyproject));
  const unknown = defaults === 'all' ? undefined : defaults.find((group) => group !== 'dev' && !defined.has(group));
  if (unknown !== undefined) throw unknownGroup(unknown, defined);
  return withDefaults(asked, defaults);
}

/** `GROUP_UNKNOWN`, with the groups that there are. */
export function unknownGroup(group: string, available: ReadonlySet<string>): ToolError {
  return new ToolError('GROUP_UNKNOWN', `there is no dependency group ${group}`, {
    details: [`available: ${[...available].sort().join(', ') || 'none'}`],
    hint: 'use one of the available groups, or add it to [dependency-groups] and run uv lock',
  });
}

/** A wanted group that is for some Pythons only. */
export interface GroupRange {
  /** `group docs of site` */
  readonly label: string;
  readonly requiresPython: Specifiers;
  /** pyproject.toml that says so. */
  readonly file: string;
}

/** The Pythons of all wanted groups; as in uv those of every member, whichever is installed. */
export function groupRanges(project: Defining, request: SelectionRequest): readonly GroupRange[] {
  const groups = wantedGroups(project, request);
  return project.members.flatMap(({ name, pyproject }) =>
    [...dependencyGroups(pyproject)]
      .filter(([group, { requiresPython }]) => requiresPython.length > 0 && isWanted(groups, group))
      .map(([group, { requiresPython }]) => ({ label: `group ${group} of ${name}`, requiresPython, file: pyproject.file })),
  );
}

/** `>=3.12, <4` */
export function rangeText(specifiers: Specifiers): string {
  return specifiers.map(({ operator, text }) => operator + text).join(', ');
}
