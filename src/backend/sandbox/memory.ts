import { readFileSync } from 'node:fs';

const pageSize = 4096;

/** Resident bytes of a process and all that it started, as Linux tells them; undefined elsewhere, and when it has ended. */
export function residentBytes(pid: number): number | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    const below = children.filter((text) => text !== '').map((text) => residentBytes(Number(text)) ?? 0);
    return pages * pageSize + below.reduce((sum, bytes) => sum + bytes, 0);
  } catch {
    return undefined;
  }
}
