import type { Member } from '../project/types.ts';
import { invalidProject } from './errors.ts';
import type { ProjectTable } from './tables.ts';

/** entry_points.txt: console scripts, GUI scripts, other groups, each sorted; undefined without any. Throws UVBUILD_INVALID. */
export function entryPointsText(project: ProjectTable, member: Member): string | undefined {
  const { scripts, 'gui-scripts': gui, 'entry-points': others } = project;
  const reserved = ['console_scripts', 'gui_scripts'].find((group) => others?.[group] !== undefined);
  if (reserved !== undefined)
    throw invalidProject(member, `project.entry-points.${reserved} must be written as project.scripts or project.gui-scripts`);
  const groups = [
    ...(scripts === undefined ? [] : [['console_scripts', scripts] as const]),
    ...(gui === undefined ? [] : [['gui_scripts', gui] as const]),
    ...Object.entries(others ?? {}).sort(byName),
  ];
  if (scripts === undefined && gui === undefined && others === undefined) return undefined;
  return groups.map(([group, entries]) => groupText(group, entries, member)).join('');
}

function groupText(group: string, entries: Readonly<Record<string, string>>, member: Member): string {
  if (!/^[\p{L}\p{N}_][\p{L}\p{N}_.]*$/u.test(group))
    throw invalidProject(member, `project.entry-points has the group ${JSON.stringify(group)}`);
  const isScripts = group === 'console_scripts' || group === 'gui_scripts';
  const wrong = Object.keys(entries).find((name) => !/^(?!\.+$)[\p{L}\p{N}._-]+$/u.test(name));
  if (isScripts && wrong !== undefined) throw invalidProject(member, `project.scripts has the name ${JSON.stringify(wrong)}`);
  const lines = Object.entries(entries)
    .sort(byName)
    .map(([name, value]) => `${name} = ${value}\n`);
  return `[${group}]\n${lines.join('')}\n`;
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
