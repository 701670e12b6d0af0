import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';

/** The commit that HEAD names in the repository around a directory, read from git's files alone (gitrepository-layout); undefined without one. */
export async function readRevision(directory: string): Promise<string | undefined> {
  const repository = await findRepository(directory);
  if (repository === undefined) return undefined;
  const head = await textOf(join(repository, 'HEAD'));
  const ref = /^ref: (refs\/[^\s]+)$/.exec(head ?? '')?.[1];
  return commit(ref === undefined ? head : await readRef(repository, ref));
}

/** `.git` as a directory, or as a file that names it (worktrees, submodules). */
async function findRepository(directory: string): Promise<string | undefined> {
  const candidate = join(directory, '.git');
  const found = await stat(candidate).catch(() => undefined);
  if (found?.isDirectory() === true) return candidate;
  if (found?.isFile() === true) {
    const target = /^gitdir: (.+)$/.exec((await textOf(candidate)) ?? '')?.[1];
    return target === undefined ? undefined : resolve(directory, target);
  }
  const parent = dirname(directory);
  return parent === directory ? undefined : findRepository(parent);
}

async function readRef(repository: string, ref: string): Promise<string | undefined> {
  const common = resolve(repository, (await textOf(join(repository, 'commondir'))) ?? '.');
  const loose = (await textOf(join(repository, ref))) ?? (await textOf(join(common, ref)));
  if (loose !== undefined) return loose;
  const packed = (await textOf(join(common, 'packed-refs'))) ?? '';
  const line = packed.split('\n').find((entry) => entry.endsWith(` ${ref}`));
  return line?.split(' ')[0];
}

function commit(text: string | undefined): string | undefined {
  return text !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(text) ? text : undefined;
}

async function textOf(file: string): Promise<string | undefined> {
  return await readFile(file, 'utf8').then(
    (text) => text.trim(),
    () => undefined,
  );
}
