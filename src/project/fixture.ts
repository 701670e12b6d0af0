import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files by POSIX path; `{ link }` makes a symbolic link. */
export type FixtureFiles = Readonly<Record<string, string | Uint8Array | { readonly link: string }>>;

/** For tests: a temporary directory with some files, removed when the scope ends. */
export async function projectFixture(files: FixtureFiles): Promise<{ readonly directory: string } & AsyncDisposable> {
  const directory = await mkdtemp(join(tmpdir(), 'wherry-project-'));
  for (const [path, content] of Object.entries(files)) {
    const file = join(directory, path);
    await mkdir(dirname(file), { recursive: true });
    if (typeof content === 'object' && 'link' in content) await symlink(content.link, file);
    else await writeFile(file, content);
  }
  return { directory, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) };
}

/** For tests: the code of the ToolError that a promise ends with; `none` if it succeeds. */
export async function errorCode(action: Promise<unknown>): Promise<string> {
  return action.then(
    () => 'none',
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : `unexpected: ${String(error)}`),
  );
}
