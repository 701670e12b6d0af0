import { existsSync, readFileSync } from 'node:fs';
import { type Defaults, parseDefaults } from '../defaults.ts';

/** The defaults that lie beside the program (`scripts/defaults.ts` writes them); a checkout has none of its own. Throws INTERNAL. */
export function packagedDefaults(file: URL = new URL('../defaults.json', import.meta.url)): Defaults {
  return existsSync(file) ? parseDefaults(readFileSync(file, 'utf8')) : {};
}
