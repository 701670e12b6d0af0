import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A lock of a public project, by what it is and not by where it lies. */
export interface RealLock {
  /** `owner/name` of the public repository. */
  readonly repository: string;
  readonly commit: string;
  /** POSIX path of the lock in the repository. */
  readonly path: string;
  /** Hex SHA-256 of the file. */
  readonly sha256: string;
  /**
   * Set for projects that are also changed, to see when their lock is stale: the lowest minor version of Python that they allow. uv locks
   * with it, because it is the range of a project that names none.
   */
  readonly staleness?: string;
}

/** A lock of the list that was found on this machine. */
export interface Checkout {
  readonly lock: RealLock;
  /** Absolute path of the directory that holds the lock. */
  readonly directory: string;
}

/** The committed list. */
export function listedLocks(): readonly RealLock[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../real-locks.json'), 'utf8'));
}

/** The locks of the list below a folder of checkouts; the names of the folders do not matter. */
export function findCheckouts(folder: string, list: readonly RealLock[]): readonly Checkout[] {
  const byHash = new Map(lockFiles(folder).map((directory) => [sha256(join(directory, 'uv.lock')), directory]));
  return list.flatMap((lock) => {
    const directory = byHash.get(lock.sha256);
    return directory === undefined ? [] : [{ lock, directory }];
  });
}

/** `owner/name path`, short enough for a line of a report. */
export function lockLabel({ repository, path }: RealLock): string {
  return path === 'uv.lock' ? repository : `${repository} ${path.replace(/\/uv\.lock$/, '')}`;
}

function lockFiles(folder: string): readonly string[] {
  const own = existsSync(join(folder, 'uv.lock')) ? [folder] : [];
  const below = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory() && entry.name !== '.git');
  return [...own, ...below.flatMap((entry) => lockFiles(join(folder, entry.name)))];
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
