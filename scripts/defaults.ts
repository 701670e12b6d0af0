// Writes src/defaults.json, which is not in the repository and which `npm run build` takes into the package: where to look for packages when nothing
// else says it. A release names both in its environment; in a checkout the index is the one that this machine's pip would ask.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, stdout } from 'node:process';
import { parseDefaults } from '../src/defaults.ts';

const askPip = 'from pip._internal.commands import create_command as c; print(c("download").parse_args([])[0].index_url)';

function pipIndex(): string {
  return execFileSync('python3', ['-c', askPip], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}

const {
  WHERRY_DEFAULT_INDEX: index = pipIndex(),
  WHERRY_DEFAULT_DEBIAN_MIRROR: debian,
  WHERRY_DEFAULT_DEBIAN_SECURITY_MIRROR: security,
} = env;
const archives = { ...(debian && { debian }), ...(security && { 'debian-security': security }) };
const text = `${JSON.stringify({ index, ...(debian && { debian: archives }) }, null, 2)}\n`;
parseDefaults(text);
writeFileSync(join(import.meta.dirname, '../src/defaults.json'), text);
stdout.write('wrote src/defaults.json\n');
