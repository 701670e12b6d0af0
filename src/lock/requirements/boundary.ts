import { stat } from 'node:fs/promises';
import path from 'node:path';

/** The top of the git work tree around a directory: files of one repository may include each other. Undefined without one. */
export async function gitTop(directory: string): Promise<string | undefined> {
  if ((await stat(path.join(directory, '.git')).catch(() => undefined)) !== undefined) return directory;
  const above = path.dirname(directory);
  return above === directory ? undefined : await gitTop(above);
}
