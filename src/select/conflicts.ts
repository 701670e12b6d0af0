import { ToolError } from '../errors/index.ts';
import type { ConflictItem, Lock } from '../lock/types.ts';

/** How uv.lock writes an activated extra, group or project into markers (`extra == '…'`); the length is that of the name in bytes. */
export function encodeConflict(item: ConflictItem): string {
  const head = `${Buffer.byteLength(item.package)}-${item.package}`;
  if (item.extra !== undefined) return `extra-${head}-${item.extra}`;
  return item.group === undefined ? `project-${head}` : `group-${head}-${item.group}`;
}

/** Throws `SELECTION_CONFLICT` naming all that are chosen if two items of one conflict set are. */
export function checkConflicts(lock: Lock, isChosen: (item: ConflictItem) => boolean): void {
  for (const set of lock.conflicts) {
    const chosen = set.filter(isChosen).map(itemLabel);
    const last = chosen.at(-1);
    if (last === undefined || chosen.length < 2) continue;
    throw new ToolError('SELECTION_CONFLICT', `${chosen.slice(0, -1).join(', ')} and ${last} exclude each other`, {
      hint: 'choose one of them, or build two images; tool.uv.conflicts declares the conflict',
      where: { file: lock.file },
    });
  }
}

/** A marker for people: encoded names of extras and groups are written out. */
export function readableMarker(lock: Lock, marker: string): string {
  if (!marker.includes('extra ')) return marker;
  return lock.conflicts.flat().reduce((text, item) => {
    const name = encodeConflict(item);
    return text.replaceAll(`extra == '${name}'`, itemLabel(item)).replaceAll(`extra != '${name}'`, `not ${itemLabel(item)}`);
  }, marker);
}

function itemLabel(item: ConflictItem): string {
  if (item.extra !== undefined) return `extra ${item.extra} of ${item.package}`;
  return item.group === undefined ? `the dependencies of ${item.package}` : `group ${item.group} of ${item.package}`;
}
