import { readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const prefix = 'wherry-run-';

/**
 * A new directory that names its process; those of processes that ended without removing theirs are removed: killed ones, or stopped a second time.
 * Containers may share the parent, and see no processes of each other: a directory is judged where its process could be seen.
 */
export async function scratchDirectory(parent: string): Promise<string> {
  const space = processSpace();
  for (const name of await readdir(parent)) {
    const [owner, pid = '', started] = name.startsWith(prefix) ? name.slice(prefix.length).split('-') : [];
    if (owner !== space || startOf(pid) === started) continue;
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
  return mkdtemp(join(parent, `${prefix}${space}-${process.pid}-${startOf(String(process.pid))}-`));
}

/** The namespace that process ids count in. */
function processSpace(): string {
  return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
}

/** When a process started, in ticks since the machine did (proc_pid_stat(5), field 22); undefined if there is none. An id alone comes again. */
function startOf(pid: string): string | undefined {
  if (!/^\d+$/.test(pid)) return undefined;
  try {
    // The second field is a name in parentheses, which may hold anything.
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[19];
  } catch {
    return undefined;
  }
}
