import { ToolError } from '../errors/index.ts';
import type { ConflictItem, Lock } from '../lock/types.ts';

/** How uv.lock writes an activated extra, group or project into markers (`extra == '…'`); the length is that of the name in bytes. */
export function encodeConflict(item: ConflictItem): string {
  const head = `${Buffer.byteLength(item.package)}-${item.package}`;
  if (item.extra !== undefined) return `extra-${head}-${item.extra}`;
  return item.group === undefined ? `project-${head}` : `group-${head}-${item.group}`;
}

/** Throws `SELECTION_CONFLICT` naming both if two items of one conflict set are chosen. */
export function checkConflicts(lock: Lock, isChosen: (item: ConflictItem) => boolean): void {
  for (const set of lock.conflicts) {
    const [first, second] = set.filter(isChosen);
    if (first === undefined || second === undefined) continue;
    throw new ToolError('SELECTION_CONFLICT', `${itemLabel(first)} and ${itemLabel(second)} exclude each other`, {
      hint: 'choose one of them, or build two images; tool.uv.conflicts declares the conflict',
      where: { file: lock.file },
    });
  }
}

function itemLabel(item: ConflictItem): string {
  if (item.extra !== undefined) return `extra ${item.extra} of ${item.package}`;
  return item.group === undefined ? `the dependencies of ${item.package}` : `group ${item.group} of ${item.package}`;
}
