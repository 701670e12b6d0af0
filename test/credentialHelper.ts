import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** Writes `docker-credential-NAME` with a body of shell; gives the PATH that finds it. `$1` is the action, `$s` the first line of its input. */
export async function writeHelper(directory: string, name: string, body: string): Promise<string> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `docker-credential-${name}`), `#!/bin/sh\nIFS= read -r s\n${body}\n`, { mode: 0o755 });
  return `${directory}${delimiter}${process.env.PATH}`;
}

/** A helper that keeps one login in a file, as the programs of docker-credential-helpers keep many. */
export async function writeKeepingHelper(directory: string, name: string): Promise<string> {
  const kept = join(directory, `${name}.kept`);
  const unknown = 'echo credentials not found in native keychain; exit 1';
  const cases = [
    `store) printf %s "$s" > '${kept}';;`,
    `get) if grep -qF "\\"ServerURL\\":\\"$s\\"" '${kept}' 2>/dev/null; then cat '${kept}'; else ${unknown}; fi;;`,
    `erase) if [ -e '${kept}' ]; then rm '${kept}'; else ${unknown}; fi;;`,
  ];
  return await writeHelper(directory, name, `case "$1" in\n${cases.join('\n')}\nesac`);
}
