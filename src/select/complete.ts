import { ToolError } from '../errors/index.ts';
import type { Lock, LockedPackage } from '../lock/types.ts';
import { parseRequirement, parseVersion, type Requirement, specifiersAllow } from '../packaging/index.ts';
import type { Markers } from './markers.ts';

const mostShown = 10;

/**
 * Refuses a list of packages that lacks one which another needs, or has it in a version that is not allowed: nothing is resolved, so the image would
 * fail when it starts. Only packages whose needs are known are looked at. Throws REQUIREMENTS_INCOMPLETE.
 */
export function checkComplete(
  packages: readonly LockedPackage[],
  { lock, markers }: { readonly lock: Lock; readonly markers: Markers },
): void {
  if (lock.list === undefined) return;
  const listed = new Map(packages.map((locked) => [locked.name, locked]));
  const found = packages.flatMap((locked) =>
    (locked.requires ?? []).flatMap((text) => {
      const requirement = readable(text);
      if (requirement === undefined || !markers.holds(requirement.markerText)) return [];
      const problem = problemOf(requirement, listed.get(requirement.name));
      return problem === undefined ? [] : [`${locked.name} ${locked.version} ${problem}`];
    }),
  );
  if (found.length === 0) return;
  const rest = found.length - mostShown;
  throw new ToolError('REQUIREMENTS_INCOMPLETE', `${lock.list.label} does not list all that its packages need`, {
    where: { file: lock.file },
    details: [...found.slice(0, mostShown), ...(rest > 0 ? [`and ${rest} more`] : []), 'a list with hashes is taken as it is'],
    hint: `write the complete list: ${lock.list.regenerate}`,
  });
}

/** Published packages do not all keep to the grammar. */
function readable(text: string): Requirement | undefined {
  try {
    return parseRequirement(text);
  } catch (error) {
    if (error instanceof ToolError) return undefined;
    throw error;
  }
}

function problemOf({ name, specifiers, specifierText }: Requirement, found: LockedPackage | undefined): string | undefined {
  if (found === undefined) return `needs ${name}${specifierText}, which is not listed`;
  if (found.version === undefined || specifiersAllow(specifiers, parseVersion(found.version))) return undefined;
  return `needs ${name}${specifierText}, and ${found.version} is listed`;
}
