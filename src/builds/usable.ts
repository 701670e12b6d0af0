import {
  compareVersions,
  evaluateMarker,
  parseRequirement,
  parseVersion,
  parseWheelFilename,
  type Requirement,
  specifiersAllow,
} from '../packaging/index.ts';
import type { LockedBuild, LockedTool } from '../resolve/index.ts';
import type { BuildPython } from './python.ts';
import type { BuildSettings } from './settings.ts';
import type { BuildSystem } from './system.ts';

export interface Usability {
  /** As the project has it now; undefined where only the source would tell. */
  readonly system: BuildSystem | undefined;
  /** Requirements that the project adds to it. */
  readonly extra: readonly string[];
  readonly settings: Pick<BuildSettings, 'constraints'>;
  readonly python: () => BuildPython;
}

/**
 * Why an entry of wherry.lock is of no use, in words; undefined if it is: the project asks for the same as when it was written, what was chosen is what
 * the entry says itself, and no constraint has come to exclude it.
 */
export function unusable(entry: LockedBuild, { system, extra, settings, python }: Usability): string | undefined {
  return changed(entry, system, extra) ?? excluded(entry, settings.constraints) ?? lacking(entry, python) ?? misnamed(entry.tools);
}

function changed(entry: LockedBuild, system: BuildSystem | undefined, extra: readonly string[]): string | undefined {
  if (system === undefined) return undefined;
  const pairs = [
    ['build-backend', [entry.backend], [system.backend]],
    ['backend-path', entry.backendPath, system.backendPath],
    ['requires', entry.requires, [...system.requires, ...extra]],
  ] as const;
  const other = pairs.find(([, locked, own]) => locked.join('\n') !== own.join('\n'));
  if (other === undefined) return undefined;
  const [key, locked, own] = other;
  return `${key} of [build-system] was ${locked.join(', ') || 'empty'}, and is ${own.join(', ') || 'empty'}`;
}

function excluded({ tools }: LockedBuild, constraints: readonly string[]): string | undefined {
  for (const text of constraints) {
    const { name, specifiers } = parseRequirement(text);
    const tool = tools.find((one) => one.name === name && !specifiersAllow(specifiers, parseVersion(one.version)));
    if (tool !== undefined) return `the constraint ${text} does not allow ${tool.name} ${tool.version}`;
  }
  return undefined;
}

/** A list of tools that was edited, or merged from two sides. */
function lacking({ requires, more, tools, backend }: LockedBuild, python: () => BuildPython): string | undefined {
  if (backend === 'uv_build' && tools.length === 0) return undefined;
  const missing = [...requires, ...more].find((text) => {
    const requirement = parseRequirement(text);
    const { marker } = requirement;
    if (marker !== undefined && !evaluateMarker(marker, python().environment)) return false;
    return !isMet(requirement, tools);
  });
  return missing === undefined ? undefined : `none of its wheels is the required ${missing}`;
}

/** Whether one of the tools is what a requirement names, in a version that it allows; its marker is not looked at. */
export function isMet({ name, specifiers }: Requirement, tools: readonly LockedTool[]): boolean {
  return tools.some((tool) => tool.name === name && specifiersAllow(specifiers, parseVersion(tool.version)));
}

function misnamed(tools: readonly LockedTool[]): string | undefined {
  const tool = tools.find(({ name, version, filename }) => {
    const wheel = parseWheelFilename(filename);
    return wheel.name !== name || compareVersions(wheel.version, parseVersion(version)) !== 0;
  });
  return tool && `${tool.filename} is no wheel of ${tool.name} ${tool.version}`;
}
