// Writes src/defaults.json, which is not in the repository and which `npm run build` takes into the package: where to look for packages when nothing
// else says it. A release names all of it in its environment; in a checkout, index and registry are those that pip and npm of this machine would ask.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, stdout } from 'node:process';
import { parseDefaults } from '../src/defaults.ts';

const askPip = 'from pip._internal.commands import create_command as c; print(c("download").parse_args([])[0].index_url)';

/** What a program of this machine prints; undefined where there is no such program. */
function ask(command: string, ...args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim() || undefined;
  } catch {
    return undefined;
  }
}

const index = env.WHERRY_DEFAULT_INDEX ?? ask('python3', '-c', askPip);
const npm = env.WHERRY_DEFAULT_NPM_REGISTRY ?? ask('npm', 'config', 'get', 'registry');
const { WHERRY_DEFAULT_DEBIAN_MIRROR: debian, WHERRY_DEFAULT_DEBIAN_SECURITY_MIRROR: security } = env;
const archives = debian && { debian: { debian, ...(security && { 'debian-security': security }) } };
const text = `${JSON.stringify({ ...(index && { index }), ...(npm && { npm }), ...archives }, null, 2)}\n`;
parseDefaults(text);
writeFileSync(join(import.meta.dirname, '../src/defaults.json'), text);
stdout.write(`wrote src/defaults.json: index ${index ? 'known' : 'unknown'}, npm registry ${npm ? 'known' : 'unknown'}\n`);
